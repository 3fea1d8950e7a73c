/** Joins the parts of the operator's page: facts of socket and softphone go into the one state, his orders go out. */
import { computed, inject, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { api, Problem } from './api'
import { createBulletin } from './bulletin'
import { city } from './city'
import { startClock } from './clock'
import { createControl } from './control'
import { Drafts, type Draft } from './drafts'
import { day } from './format'
import { openLive, type Live } from './live'
import type { Account, Call } from './model'
import { createNames } from './names'
import { createOrders } from './orders'
import { Notes } from './notes'
import { createPickUps } from './pickups'
import { createReadiness } from './readiness'
import { Interrupted, RESUME_MS, type Talk } from './resume'
import { Ring } from './ring'
import { Softphone, tryMicrophone, type Fault } from './softphone'
import { dials, INITIAL, legOver, phase, presentCall, reduce, type Action, type State } from './state'
import { whyKept } from './talk'
import { createTargets } from './targets'
import { createToday } from './today'
import { createWorklist } from './worklist'

/** How long the server may take to end the leg after it accepted a hang-up. */
const BYE_PATIENCE_MS = 3_000
/** How long the server's word that a call is over must stand: what a page missed comes in a burst, old news first. */
const OVER_PATIENCE_MS = 1_000

export function createDesk(account: Account, signedOut: () => void) {
  const { busy, problem, order } = createOrders()
  const state = shallowRef<State>(INITIAL)
  const clock = startClock()
  const today = createToday()
  const worklist = createWorklist()
  const pickUps = createPickUps()
  /** The call that he picked up: this page answers it by itself, since he pressed. */
  let pickedUp: string | null = null
  /** The number of the call-back whose panel is open. */
  const looked = ref<string | null>(null)
  const ring = new Ring()
  const audio = shallowRef<HTMLAudioElement | null>(null)
  const fault = ref<Fault | null>(null)
  /** Null until the browser has said whether we may use it. */
  const microphone = ref<boolean | null>(null)
  const drafts = shallowRef<Draft[]>([])
  /** False while the browser refuses to store drafts. */
  const durable = ref(true)
  const shelf = new Drafts(localStorage, account.login, () => {
    drafts.value = shelf.list()
    durable.value = shelf.durable
  })
  drafts.value = shelf.list()

  const bulletin = createBulletin()
  const targets = createTargets()
  const names = createNames()

  /** The call whose case form is open. */
  const subject = shallowRef<Call | null>(null)
  const readiness = createReadiness(account, state, problem)
  let live: Live | null = null
  let hangUpTimer: ReturnType<typeof setTimeout> | undefined
  /** 接听 or 挂断 pressed when the server told of the ring but the INVITE had not come yet. */
  let wanted: 'answer' | 'reject' | null = null
  const interrupted = new Interrupted(sessionStorage, account.login)
  /** The talk that this tab was in when its page went away, while it may still ring again. */
  const resuming = shallowRef<Talk | null>(null)
  let resumeTimer: ReturnType<typeof setTimeout> | undefined

  const dispatch = (action: Action) => {
    state.value = reduce(state.value, action)
  }

  const phone = new Softphone({
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
      if (leg?.phase === 'talking') resumed()
      if (leg?.phase !== 'ringing') return
      const picked = pickedUp !== null && leg.call === pickedUp
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

  const nowPhase = computed(() => phase(state.value))
  const present = computed(() => presentCall(state.value))
  const control = createControl(state, order)
  /** Of which he writes; the case of a citizen who is another's is that one's. */
  const own = computed(() => (control.consulted.value ? null : state.value.call))

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

  function connect(): void {
    dispatch({ kind: 'link', link: 'connecting' })
    void city()  // its time zone, if the server was away when the page was opened
    live = openLive({
      ticket: api.liveTicket,
      connect: (url) => new WebSocket(url),
      origin: location.origin,
      since: () => state.value.seq,
      onFrame: (frame) => {
        dispatch({ kind: 'frame', frame, at: Date.now() })
        if (frame.type === 'call' || frame.type === 'snapshot') answerByItself()
        if (frame.type === 'message') worklist.hear(frame.data)
        if (frame.type === 'saved' && frame.data.call === resuming.value?.call) void lookAtInterrupted()
      },
      onLink: (link) => {
        if (state.value.link === link) return
        dispatch({ kind: 'link', link })
        if (link === 'replaced') phone.stop()
        if (link === 'signed_out') signedOut()
      },
    })
  }

  function openCall(call: Call): void {
    if (nowPhase.value === 'idle') subject.value = call
  }

  const stops = [
    watch(() => state.value.skew, clock.setSkew),
    watch(() => state.value.snapshots, () => void lookAtLeg()),
    watch([() => state.value.snapshots, () => state.value.policy], () => void bulletin.look()),
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
      if (value !== 'idle') readiness.forget()
    }),
    watch(() => state.value.leg?.phase, (value) => {
      if (value === 'answering') ring.stop()
    }),
    watch(own, (call, before) => {
      if (call) {
        // Late news of the last call must not close the form of one opened since.
        if (call.id !== before?.id || call.id === subject.value?.id) subject.value = call
      } else if (before && before.state !== 'ended' && subject.value?.id === before.id && !shelf.get(before.id)) {
        // The offer went elsewhere and nothing was typed: the form closes.
        subject.value = null
      }
    }),
    // Whether 110 can be called is known before the citizen says why it must be.
    watch([() => present.value?.id, nowPhase], ([id]) => {
      if (id) void targets.look(id)
    }),
    watch([control.consulted, () => state.value.call?.operator, () => state.value.call?.transferred_by], ([asked, holder, giver]) => {
      const wanted = giver === account.login || asked ? holder : giver
      if (wanted) names.want(wanted)
    }),
    watch([() => state.value.saved, () => state.value.snapshots], today.refresh),
    watch([() => state.value.snapshots, () => state.value.policy], worklist.refresh),
    watch(() => [state.value.queues, state.value.operator?.state], pickUps.refresh),
    // At midnight "today" is another day.
    watch(() => day(clock.now.value), today.refresh),
    // An order's refusal belongs to the moment it was given in.
    watch(nowPhase, () => {
      problem.value = null
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
    account,
    state,
    now: clock.now,
    today,
    worklist,
    notes: new Notes(localStorage, account.login),
    looked,
    lookAt: (number: string | null) => {
      looked.value = number
    },
    audio,
    fault,
    microphone,
    problem,
    drafts,
    durable,
    shelf,
    subject,
    readyWanted: readiness.wanted,
    busy,
    pauses: bulletin.pauses,
    /** Those that are not over. */
    notices: computed(() => bulletin.notices.value.filter((one) => Date.parse(one.until) > clock.now.value)),
    resuming,
    control,
    targets,
    names,
    phase: nowPhase,
    present,
    openCall,

    open: () => {
      connect()
      phone.start()
      today.refresh()
      worklist.refresh()
      resuming.value = interrupted.take(Date.now())
      if (resuming.value) {
        resumeTimer = setTimeout(forgetInterrupted, RESUME_MS)
        void lookAtInterrupted()
      }
    },

    /** 在此处使用: takes the desk back from the other page. */
    takeOver: () => {
      state.value = INITIAL
      connect()
      phone.start()
    },

    close: () => {
      stops.forEach((stop) => stop())
      control.stop()
      readiness.stop()
      clearTimeout(hangUpTimer)
      clearTimeout(resumeTimer)
      window.removeEventListener('pagehide', onPageHide)
      window.removeEventListener('beforeunload', onBeforeUnload)
      window.removeEventListener('pointerdown', onGesture)
      window.removeEventListener('keydown', onGesture)
      live?.stop()
      phone.stop()
      ring.close()
      today.stop()
      worklist.stop()
      pickUps.stop()
      clock.stop()
    },

    ready: readiness.want,

    /** `kind`: the reason, as the policy names it; without one for none in particular. */
    pause: (kind = '') => {
      readiness.forget()
      return order(() => api.presence(account.login, 'paused', kind))
    },

    /** Why no citizen can be called by a press now; a key of the texts `why`, empty: nothing stands against it. */
    whyNotDial: computed(() => {
      const { link, phone: own, operator } = state.value
      if (link !== 'open') return 'serverAway'
      if (nowPhase.value !== 'idle' && nowPhase.value !== 'wrap_up') return 'inCallDial'
      return (own === 'registered' || own === 'desk') && operator?.phone ? '' : 'noPhone'
    }),

    dial: (run: () => Promise<{ call: string }>) => order(run),

    pickUps,
    /** A call that rings at a colleague, or waits (代答). */
    pickUp: async (call: string) => {
      ring.wake()
      pickedUp = call
      if (await order(() => api.pickUp(call))) return
      pickedUp = null
      pickUps.refresh()
    },

    markNuisance: (call: string, note: string) => order(() => api.markNuisance(call, note)),

    answer: () => {
      if (nowPhase.value !== 'ringing' || state.value.phone === 'desk') return
      ring.stop()
      if (state.value.leg) phone.answer()
      else wanted = 'answer'
    },

    hangUp: async () => {
      if (whyKept(control.moment.value) !== '') return
      if (nowPhase.value === 'ringing') {
        if (state.value.phone === 'desk') return
        ring.stop()
        if (state.value.leg) phone.reject()
        else wanted = 'reject'
        return
      }
      const id = present.value?.id ?? null
      problem.value = null
      try {
        if (id === null) throw new Problem(0, 'unreachable', '')
        await api.hangUp(id)
        hangUpTimer = setTimeout(() => {
          if (state.value.leg && state.value.leg.call === id) phone.terminate()
        }, BYE_PATIENCE_MS)
      } catch (error) {
        // The server is away or knows better: the line itself still obeys.
        if (state.value.leg) phone.terminate()
        else if (error instanceof Problem) problem.value = error
      }
    },

    toggleMute: () => {
      if (state.value.leg?.phase === 'talking') phone.setMuted(!state.value.leg.muted)
    },

    finishWrapUp: () => order(() => api.finishWrapUp(account.login)),

    signOut: async () => {
      if (await order(api.signOut)) signedOut()
    },

    readNote: () => dispatch({ kind: 'note_read' }),
    readPartyEnded: () => dispatch({ kind: 'party_read' }),

    openCallById: async (id: string) => {
      await order(async () => openCall(await api.call(id)))
    },
  }
}

export type Desk = ReturnType<typeof createDesk>
export const deskKey: InjectionKey<Desk> = Symbol('desk')

export function useDesk(): Desk {
  const desk = inject(deskKey)
  if (!desk) throw new Error('no desk on this page')
  return desk
}
