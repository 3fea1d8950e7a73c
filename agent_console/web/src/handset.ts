/**
 * The operator's own telephone in his page: it rings, is answered, muted and hung up, and goes on with the talk of a page
 * that was loaded anew.
 *
 * What it hears goes into the one state of the page; what the server says of the same call stands there, too.
 */
import { computed, ref, shallowRef, watch, type ShallowRef } from 'vue'
import { api, Problem } from './api'
import type { Control } from './control'
import type { Account, Call, Frame } from './model'
import { Interrupted, RESUME_MS, type Talk } from './resume'
import { Ring } from './ring'
import { Softphone, tryMicrophone, type Fault, type Line, type SoftphoneParts } from './softphone'
import { dials, legOver, phase, presentCall, type Action, type State } from './state'
import { createQuestion } from './sure'
import { endsAll, whyKept, type Reason } from './talk'

/** How long the server may take to end the leg after it accepted a hang-up. */
const BYE_PATIENCE_MS = 3_000
/** How long the server's word that a call is over must stand: what a page missed comes in a burst, old news first. */
const OVER_PATIENCE_MS = 1_000
/** So long after 代答 its ring is the one that was meant: later the citizen waits again, and rings as any other. */
const PICKED_UP_MS = 40_000
/** Refused, and the talk goes on: its citizen listens to music by now, of which this page may not have heard. */
const KEPT: readonly string[] = ['citizen-waits', 'cannot-hang-up'].map((one) => `urn:hotline:problem:${one}`)

/** `openCall`: opens the case form of a call, where none is worked on. */
export interface HandsetParts {
  dispatch: (action: Action) => void
  control: Control
  problem: ShallowRef<Problem | null>
  openCall: (call: Call) => void
}

export function createHandset(
  account: Account,
  state: Readonly<ShallowRef<State>>,
  { dispatch, control, problem, openCall }: HandsetParts,
  line: (parts: SoftphoneParts) => Line = (parts) => new Softphone(parts),
) {
  const ring = new Ring()
  const audio = shallowRef<HTMLAudioElement | null>(null)
  const fault = ref<Fault | null>(null)
  /** Null until the browser has said whether we may use it. */
  const microphone = ref<boolean | null>(null)
  let hangUpTimer: ReturnType<typeof setTimeout> | undefined
  /** 接听 or 挂断 pressed when the server told of the ring but the INVITE had not come yet. */
  let wanted: 'answer' | 'reject' | null = null
  /** The call that he picked up: this page answers it by itself, since he pressed a moment ago. */
  let pickedUp: { call: string; at: number } | null = null
  const interrupted = new Interrupted(sessionStorage, account.login)
  /** The talk that this tab was in when its page went away, while it may still ring again. */
  const resuming = shallowRef<Talk | null>(null)
  let resumeTimer: ReturnType<typeof setTimeout> | undefined
  const nowPhase = computed(() => phase(state.value))
  const refused = ref<Reason>('')
  const question = createQuestion()
  /** Why 挂断 was not taken when it was last pressed, while that still holds; or what it asks, until it is pressed again. */
  const kept = computed<Reason>(() => (question.asked.value ? 'endsAll' : refused.value))

  const phone = line({
    account: async () => {
      const account = await api.softphone()
      if (!account.desk_phone) askMicrophone()
      return account
    },
    audio: () => audio.value,
    onPhone: (value) => {
      if (state.value.phone !== value) dispatch({ kind: 'phone', phone: value })
    },
    onLeg: (leg) => {
      dispatch({ kind: 'leg', leg })
      const order = wanted
      wanted = null
      if (leg?.phase === 'talking') {
        heard()
        resumed()
      }
      if (leg?.phase !== 'ringing') return
      const picked = pickedUp !== null && leg.call === pickedUp.call && Date.now() - pickedUp.at < PICKED_UP_MS
      pickedUp = null
      if (order === 'answer' || picked) phone.answer()
      if (order === 'reject') phone.reject()
      else answerByItself()
    },
    onFault: (value) => {
      fault.value = value
      if (value !== 'sound_blocked') microphone.value = false
    },
  })

  function askMicrophone(): void {
    if (microphone.value !== null) return
    void tryMicrophone().then((value) => {
      fault.value = value
      microphone.value = value === null
      answerByItself()
    })
  }

  /**
   * The call whose talk the reload interrupted rings again, or a citizen is to be called: its operator need not take it.
   * Of the call itself and of the ring that is for it either may be told first.
   */
  function answerByItself(): void {
    const { leg } = state.value
    // Without the microphone the browser would refuse: then it rings as any other.
    if (!microphone.value || leg?.phase !== 'ringing') return
    if (leg.call === resuming.value?.call || (leg.call !== null && dials(state.value))) phone.answer()
  }

  /** Nobody talks without a microphone: what was said of it before, as that it was not allowed, is not so any more. */
  function heard(): void {
    microphone.value = true
    if (fault.value !== 'sound_blocked') fault.value = null
  }

  /** A talk goes on: the interrupted one as it was, or another in its place. */
  function resumed(): void {
    const talk = resuming.value
    if (!talk) return
    forgetInterrupted()
    if (talk.muted && state.value.leg?.call === talk.call) phone.setMuted(true)
  }

  function forgetInterrupted(): void {
    clearTimeout(resumeTimer)
    resuming.value = null
  }

  /** Opens the form of the interrupted call, and waits no longer for one that ended meanwhile. */
  async function lookAtInterrupted(): Promise<void> {
    const talk = resuming.value
    if (!talk) return
    try {
      const call = await api.call(talk.call)
      openCall(call)
      if (call.state === 'ended' && resuming.value === talk) forgetInterrupted()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      // The server is away: the call rings again, or the time runs out.
    }
  }

  /** After a snapshot the page may have missed the end of its talk. */
  async function lookAtLeg(): Promise<void> {
    const id = state.value.leg?.call
    if (!id || state.value.operator?.call === id) return
    try {
      const call = await api.call(id)
      if (call.state === 'ended') dispatch({ kind: 'over', call: id })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      // Not known: the next snapshot asks again.
    }
  }

  const stops = [
    watch(() => state.value.snapshots, () => void lookAtLeg()),
    watch(() => legOver(state.value), (over, _, onCleanup) => {
      if (!over) return
      const since = state.value.leg?.since
      const timer = setTimeout(() => {
        if (state.value.leg?.since === since) phone.leave()
      }, OVER_PATIENCE_MS)
      onCleanup(() => clearTimeout(timer))
    }),
    watch(nowPhase, (value) => {
      const answering = state.value.leg?.phase === 'answering'
      if (value === 'ringing' && !answering && state.value.phone !== 'desk') ring.start()
      else ring.stop()
      if (value !== 'ringing') wanted = null
    }),
    watch([() => whyKept(control.moment.value), () => endsAll(control.moment.value)], () => {
      refused.value = ''
      question.drop()
    }),
    watch(() => state.value.leg?.phase, (value) => {
      if (value === 'answering') ring.stop()
    }),
  ]

  const onPageHide = () => {
    const { leg } = state.value
    // Who is asked is not rung again: the citizen is not his.
    if (leg?.phase === 'talking' && leg.call !== null && !control.consulted.value) {
      // He who was not heard, since the citizen had music, is not heard unawares when he is back.
      interrupted.keep({ call: leg.call, muted: leg.muted || state.value.music !== null }, Date.now())
    }
    phone.leave()
  }
  const onBeforeUnload = (event: BeforeUnloadEvent) => {
    if (state.value.leg?.phase === 'talking') event.preventDefault()
  }
  const onGesture = () => {
    ring.wake()
    if (fault.value === 'sound_blocked') {
      void audio.value?.play().then(() => {
        fault.value = null
      })
    }
  }
  window.addEventListener('pagehide', onPageHide)
  window.addEventListener('beforeunload', onBeforeUnload)
  window.addEventListener('pointerdown', onGesture)
  window.addEventListener('keydown', onGesture)

  return {
    /** Where the page plays what he hears. */
    audio,
    fault,
    microphone,
    resuming,
    kept,

    /** It can be rung from now on. */
    start: () => phone.start(),
    /** It rings at another page now, or at none. */
    stop: () => phone.stop(),

    /** Goes on with the talk that a reload interrupted. */
    resume: () => {
      resuming.value = interrupted.take(Date.now())
      if (resuming.value) {
        resumeTimer = setTimeout(forgetInterrupted, RESUME_MS)
        void lookAtInterrupted()
      }
    },

    /** What the live socket told, when it is in the state. */
    hear: (frame: Frame) => {
      if (frame.type === 'call' || frame.type === 'snapshot') answerByItself()
      if (frame.type === 'saved' && frame.data.call === resuming.value?.call) void lookAtInterrupted()
    },

    /** The ring of this call is answered by itself, if it comes soon; null: of none. */
    takes: (call: string | null) => {
      if (call !== null) ring.wake()
      pickedUp = call === null ? null : { call, at: Date.now() }
    },

    answer: () => {
      if (nowPhase.value !== 'ringing' || state.value.phone === 'desk') return
      ring.stop()
      if (state.value.leg) phone.answer()
      else wanted = 'answer'
    },

    hangUp: async () => {
      refused.value = whyKept(control.moment.value)
      if (refused.value !== '') return
      if (endsAll(control.moment.value) && !question.answered()) return
      if (nowPhase.value === 'ringing') {
        if (state.value.phone === 'desk') return
        ring.stop()
        if (state.value.leg) phone.reject()
        else wanted = 'reject'
        return
      }
      const id = presentCall(state.value)?.id ?? null
      problem.value = null
      try {
        if (id === null) throw new Problem(0, 'unreachable', '')
        await api.hangUp(id)
        hangUpTimer = setTimeout(() => {
          if (state.value.leg && state.value.leg.call === id) phone.terminate()
        }, BYE_PATIENCE_MS)
      } catch (error) {
        // The server is away or knows better: the line itself still obeys. But who just went to the music is not left there.
        const goesOn = error instanceof Problem && KEPT.includes(String(error.body.type))
        if (state.value.leg && !goesOn) phone.terminate()
        else if (error instanceof Problem) problem.value = error
      }
    },

    toggleMute: () => {
      if (state.value.leg?.phase === 'talking') phone.setMuted(!state.value.leg.muted)
    },

    /** The page is left. */
    close: () => {
      stops.forEach((stop) => stop())
      clearTimeout(hangUpTimer)
      question.drop()
      clearTimeout(resumeTimer)
      window.removeEventListener('pagehide', onPageHide)
      window.removeEventListener('beforeunload', onBeforeUnload)
      window.removeEventListener('pointerdown', onGesture)
      window.removeEventListener('keydown', onGesture)
      phone.stop()
      ring.close()
    },
  }
}
