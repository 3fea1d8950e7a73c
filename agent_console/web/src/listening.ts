/**
 * A supervisor's telephone in his page, and what he does in talks that are others'.
 *
 * It is rung only because he pressed: so it answers by itself, and every other ring is refused. Where he is and in which
 * mode, the live socket says; the telephone says whether he is still connected.
 */
import { computed, ref, shallowRef, watch as follow, type ShallowRef } from 'vue'
import { api } from './api'
import type { Floor } from './floor'
import type { Account, Mode, Operator } from './model'
import type { Orders } from './orders'
import { Softphone, tryMicrophone, type Fault, type Line, type SoftphoneParts } from './softphone'
import type { Leg, Phone } from './state'
import type { Moment } from './talk'
import type { Targets } from './targets'

/** How long the server's word that he is nowhere must stand before the line is ended: the BYE is on its way. */
const OVER_PATIENCE_MS = 3_000
const ANSWERING_S = 40

export function createListening(
  account: Account,
  floor: ShallowRef<Floor>,
  { busy, order }: Pick<Orders, 'busy' | 'order'>,
  line: (parts: SoftphoneParts) => Line = (parts) => new Softphone(parts),
) {
  const phone = ref<Phone>('off')
  const leg = shallowRef<Leg | null>(null)
  const fault = ref<Fault | null>(null)
  const audio = shallowRef<HTMLAudioElement | null>(null)
  const targets = shallowRef<Targets | null>(null)
  /** The call for which he pressed, and whose ring is answered by itself. */
  let pressed: { call: string; at: number } | null = null

  const softphone = line({
    account: async () => {
      const given = await api.softphone()
      if (!given.desk_phone) {
        void tryMicrophone().then((value) => {
          fault.value = value
        })
      }
      return given
    },
    audio: () => audio.value,
    onPhone: (value) => {
      phone.value = value
    },
    onLeg: (value) => {
      leg.value = value
      // Nobody is connected without a microphone: what was said of it before is not so any more.
      if (value?.phase === 'talking' && fault.value !== 'sound_blocked') fault.value = null
      if (value?.phase !== 'ringing') return
      const mine = pressed?.call === value.call && Date.now() - pressed.at < ANSWERING_S * 1000
      if (mine) softphone.answer()
      else softphone.reject()
    },
    onFault: (value) => {
      fault.value = value
    },
  })

  const me = computed<Operator | undefined>(() => floor.value.seen.get(account.login))
  /** Where he is, by the server's word. */
  const watch = computed(() => floor.value.watches.get(account.login) ?? null)
  /** The talk that he has taken over. */
  const own = computed(() => {
    const id = me.value?.state === 'talking' ? me.value.call : null
    return id ? floor.value.calls.get(id) ?? null : null
  })
  const left = computed(() => floor.value.left.get(account.login) ?? null)

  async function press(call: string, run: () => Promise<unknown>): Promise<boolean> {
    pressed = { call, at: Date.now() }
    const done = await order(run)
    if (!done && !watch.value) pressed = null
    return done
  }

  const stops: (() => void)[] = [
    follow([watch, own, leg, () => floor.value.link], ([at, talk, now, link], _, onCleanup) => {
      if (at || talk || !now || now.phase === 'ringing' || link !== 'open') return
      const timer = setTimeout(() => softphone.terminate(), OVER_PATIENCE_MS)
      onCleanup(() => clearTimeout(timer))
    }),
    follow(own, (talk, before) => {
      if (talk?.id !== before?.id) targets.value = null
    }),
  ]

  const onPageHide = () => softphone.leave()
  const onBeforeUnload = (event: BeforeUnloadEvent) => {
    if (own.value) event.preventDefault()
  }
  const onGesture = () => {
    if (fault.value !== 'sound_blocked') return
    void audio.value?.play().then(() => {
      fault.value = null
    })
  }

  return {
    phone,
    /** Whether he can be rung: a desk phone is known to the server alone. */
    ready: computed(() => (phone.value === 'desk' ? me.value?.phone === true : phone.value === 'registered')),
    leg,
    /** Whether who leaves the page leaves a talk: its line is this page's own. */
    tied: computed(() => leg.value !== null),
    fault,
    audio,
    /** Where the page plays what he hears. */
    playAt: (element: HTMLAudioElement | null) => {
      audio.value = element
    },
    watch,
    own,
    left,
    /** What decides what he may do with the talk that is his. */
    moment: computed<Moment>(() => ({
      phase: 'talking', call: own.value, operator: me.value ?? null, away: floor.value.link !== 'open', ordered: busy.value,
    })),
    targets,

    open: () => {
      window.addEventListener('pagehide', onPageHide)
      window.addEventListener('beforeunload', onBeforeUnload)
      window.addEventListener('pointerdown', onGesture)
      window.addEventListener('keydown', onGesture)
      stops.push(() => {
        window.removeEventListener('pagehide', onPageHide)
        window.removeEventListener('beforeunload', onBeforeUnload)
        window.removeEventListener('pointerdown', onGesture)
        window.removeEventListener('keydown', onGesture)
      })
      softphone.start()
    },
    close: () => {
      stops.forEach((stop) => stop())
      softphone.stop()
    },

    supervise: (call: string, mode: Mode) => press(call, () => api.supervise(call, mode)),
    takeOver: (call: string) => press(call, () => api.takeOverTalk(call)),
    leave: (call: string) => order(() => api.leaveTalk(call)),

    does: (call: string, deed: 'hold' | 'resume' | 'return' | 'complete') => order(() => api.control(call, deed)),
    hangUp: (call: string) => order(() => api.hangUp(call)),
    lookAtTargets: (call: string) => order(async () => {
      targets.value = await api.transferTargets(call)
    }),
    transfer: (call: string, queue: string, to: string) => order(() => api.transfer(call, { queue, to })),
    toggleMute: () => {
      if (leg.value?.phase === 'talking') softphone.setMuted(!leg.value.muted)
    },
  }
}

export type Listening = ReturnType<typeof createListening>
