/** Joins the parts of the operator's page: facts of socket and softphone go into the one state, his orders go out. */
import { computed, inject, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { api } from './api'
import { createBulletin } from './bulletin'
import { city } from './city'
import { startClock } from './clock'
import { createControl } from './control'
import { Drafts, type Draft } from './drafts'
import { day } from './format'
import { createHandset } from './handset'
import { openLive, type Live } from './live'
import type { Account, Call, Case } from './model'
import { createNames } from './names'
import { createOrders } from './orders'
import { Notes } from './notes'
import { createPickUps } from './pickups'
import { createReadiness } from './readiness'
import { anyWaits, INITIAL, phase, presentCall, reduce, type Action, type State } from './state'
import { createTargets } from './targets'
import { createToday } from './today'
import { createWorklist } from './worklist'

export function createDesk(account: Account, signedOut: () => void) {
  const { busy, problem, order } = createOrders()
  const state = shallowRef<State>(INITIAL)
  const clock = startClock()
  const today = createToday()
  const worklist = createWorklist()
  const pickUps = createPickUps(() => anyWaits(state.value))
  /** The number of the call-back whose panel is open. */
  const looked = ref<string | null>(null)
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
  /** The call that he placed about a case, and the call that this case is of: what he hears is written there. */
  let about: { call: string; of: Call } | null = null
  /** Forms are numbered as they are chosen: the answer for one that was chosen before opens nothing any more. */
  let chosen = 0
  const readiness = createReadiness(account, state, problem)
  let live: Live | null = null

  const dispatch = (action: Action) => {
    state.value = reduce(state.value, action)
  }

  const nowPhase = computed(() => phase(state.value))
  const present = computed(() => presentCall(state.value))
  const control = createControl(state, order)
  /** Of which he writes; the case of a citizen who is another's is that one's. */
  const own = computed(() => (control.consulted.value ? null : state.value.call))
  const handset = createHandset(account, state, { dispatch, control, problem, openCall: openUnasked })

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
        handset.hear(frame)
        if (frame.type === 'message') worklist.hear(frame.data)
      },
      onLink: (link) => {
        if (state.value.link === link) return
        dispatch({ kind: 'link', link })
        if (link === 'replaced') handset.stop()
        if (link === 'signed_out') signedOut()
      },
    })
  }

  function openCall(call: Call): void {
    chosen += 1
    if (nowPhase.value === 'idle') subject.value = call
  }

  /** Not over a form that he has opened himself. */
  function openUnasked(call: Call): void {
    if (subject.value === null || subject.value.id === call.id) openCall(call)
  }

  const stops = [
    watch(() => state.value.skew, clock.setSkew),
    watch([() => state.value.snapshots, () => state.value.policy], () => void bulletin.look()),
    watch(nowPhase, (value) => {
      if (value !== 'idle') readiness.forget()
    }),
    watch(own, (call, before) => {
      if (call) {
        // Late news of the last call must not close the form of one opened since.
        if (call.id !== before?.id || call.id === subject.value?.id) subject.value = about?.call === call.id ? about.of : call
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

  /** `kind`: the reason, as the policy names it; without one for none in particular. */
  async function pause(kind = ''): Promise<void> {
    const waited = readiness.wanted.value
    const untold = readiness.forget()
    // There was only the press of 就绪 to take back: he is on his pause still, for the reason that he had.
    if (waited && (untold || state.value.link !== 'open')) return
    await order(() => api.presence(account.login, 'paused', kind))
  }

  function readyOrPause(): unknown {
    const { operator } = state.value
    if (nowPhase.value === 'idle' && operator?.state !== 'ready' && !readiness.wanted.value) return readiness.want()
    return operator?.pause_pending ? undefined : pause()
  }

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
    audio: handset.audio,
    fault: handset.fault,
    microphone: handset.microphone,
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
    resuming: handset.resuming,
    kept: handset.kept,
    control,
    targets,
    names,
    phase: nowPhase,
    present,
    openCall,

    open: () => {
      connect()
      handset.start()
      today.refresh()
      worklist.refresh()
      handset.resume()
    },

    /** 在此处使用: takes the desk back from the other page. */
    takeOver: () => {
      shelf.readAgain()
      // What he saved at the other page is read there; with its draft gone the form would stand here empty.
      if (subject.value && !shelf.get(subject.value.id)) subject.value = null
      state.value = INITIAL
      connect()
      handset.start()
    },

    close: () => {
      stops.forEach((stop) => stop())
      control.stop()
      readiness.stop()
      live?.stop()
      handset.close()
      today.stop()
      worklist.stop()
      pickUps.stop()
      clock.stop()
    },

    ready: readiness.want,
    pause,

    /** One key for both: 就绪 for who rests; 小休 for everybody else, after a talk for who is in one. */
    readyOrPause,

    /** Why no citizen can be called, and no call picked up, by a press now; a key of the texts `why`, empty: nothing stands against it. */
    whyNotDial: computed(() => {
      const { link, phone, operator } = state.value
      if (link !== 'open') return 'serverAway'
      if (nowPhase.value !== 'idle' && nowPhase.value !== 'wrap_up') return 'inCallDial'
      return (phone === 'registered' || phone === 'desk') && operator?.phone ? '' : 'noPhone'
    }),

    /** Calls the citizen of a case, whose form is open meanwhile. */
    dialCase: (item: Pick<Case, 'number' | 'call'>) => order(async () => {
      const of = item.call === null ? null : await api.call(item.call)
      const { call } = await api.dialCase(item.number)
      if (of === null) return
      about = { call, of }
      if (own.value?.id === call) subject.value = of  // its news came before the answer
      else openCall(of)
    }),

    pickUps,
    /** A call that rings at a colleague, or waits (代答). */
    pickUp: async (call: string) => {
      handset.takes(call)
      if (await order(() => api.pickUp(call))) return
      handset.takes(null)
      pickUps.refresh()
    },

    markNuisance: (call: string, note: string) => order(() => api.markNuisance(call, note)),

    answer: handset.answer,
    hangUp: handset.hangUp,
    toggleMute: handset.toggleMute,

    finishWrapUp: () => order(() => api.finishWrapUp(account.login)),

    signOut: async () => {
      if (await order(api.signOut)) signedOut()
    },

    readNote: () => dispatch({ kind: 'note_read' }),
    readForwardFailed: () => dispatch({ kind: 'forward_read' }),
    readPartyEnded: () => dispatch({ kind: 'party_read' }),

    openCallById: async (id: string) => {
      const mine = chosen += 1
      await order(async () => {
        const call = await api.call(id)
        if (mine === chosen) openCall(call)
      })
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
