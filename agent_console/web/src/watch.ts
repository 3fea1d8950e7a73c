/** Joins the parts of the supervisor's page: the floor by the live socket, and the lists that the API keeps. */
import { computed, inject, ref, shallowRef, watch as follow, type InjectionKey } from 'vue'
import { api } from './api'
import type { Remark } from './calendar'
import { city } from './city'
import { startClock } from './clock'
import { EMPTY, inOrder, reduce, talks, waiting, type Action, type Floor } from './floor'
import { createListening } from './listening'
import { openLive, type Live } from './live'
import type { Account, Incidents, ListedMark, Message, Notice, NoticeInput, Operator } from './model'
import { createOrders } from './orders'
import { createWorklist } from './worklist'

const SETTLE_MS = 300
/** What nobody tells: who is put on a list by a command beside us, a notice whose callers were written late. */
const AGAIN_MS = 30_000

export function createWatch(account: Account, signedOut: () => void) {
  const { busy, problem, order } = createOrders()
  const floor = shallowRef<Floor>(EMPTY)
  const clock = startClock()
  const worklist = createWorklist()
  const notices = shallowRef<Notice[]>([])
  const marks = shallowRef<ListedMark[]>([])
  const moreMarks = ref(0)
  /** False until members, notices and marks were told once: of a list that nobody has read none says that it is empty. */
  const loaded = ref(false)
  const incidents = shallowRef<Incidents>({ areas: [], kinds: [] })
  const remarks = shallowRef<Remark[]>([])
  const names = shallowRef<ReadonlyMap<string, string>>(new Map())
  let live: Live | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const dispatch = (action: Action) => {
    floor.value = reduce(floor.value, action)
  }

  /** Lists are numbered as they are asked for. */
  let asked = 0
  /** The newest that is shown; what was asked for before it, or before an order was done, is old. */
  let shown = 0

  /** What could not be asked for stays as it was. */
  async function load(): Promise<void> {
    const mine = asked += 1
    const [members, told, listed, spoken, known] = await Promise.allSettled([
      api.operators(), api.notices(), api.nuisances(), api.incidents(), api.calendar(),
    ])
    if (mine < shown) return
    shown = mine
    if (members.status === 'fulfilled') dispatch({ kind: 'members', members: members.value.items })
    if (told.status === 'fulfilled') notices.value = told.value.items
    if (listed.status === 'fulfilled') {
      marks.value = listed.value.items
      moreMarks.value = listed.value.more
    }
    if (spoken.status === 'fulfilled') incidents.value = spoken.value
    if (known.status === 'fulfilled') remarks.value = known.value.remarks
    if ([members, told, listed].every((one) => one.status === 'fulfilled')) loaded.value = true
  }

  /** Several changes in a moment make one request. */
  function refresh(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void load(), SETTLE_MS)
  }

  /** An order after which the lists are others: answers under way do not know of it. */
  async function change(run: () => Promise<unknown>): Promise<boolean> {
    const done = await order(run)
    if (done) {
      shown = asked + 1
      refresh()
    }
    return done
  }

  /** Who keeps the machine listens to nobody's talk, and has no telephone. */
  const listening = account.role === 'supervisor' ? createListening(account, floor, { busy, order }) : null

  const every = setInterval(refresh, AGAIN_MS)
  const stops = [
    follow([() => floor.value.snapshots, () => floor.value.policy], worklist.refresh),
    follow(() => floor.value.skew, clock.setSkew),
    follow([() => floor.value.snapshots, () => floor.value.policy, () => floor.value.saved], refresh),
  ]

  return {
    account,
    floor,
    now: clock.now,
    problem,
    busy,
    incidents,
    worklist,
    loaded,
    /** What is to be seen to of holidays that nobody knows yet. */
    remarks,
    operators: computed(() => inOrder(floor.value.operators.values())),
    waiting: computed(() => waiting(floor.value.calls.values())),
    talks: computed(() => talks(floor.value.calls.values())),
    listening,
    /** Those that are not over. */
    notices: computed(() => notices.value.filter((one) => Date.parse(one.until) > clock.now.value)),
    marks: computed(() => marks.value.filter((one) => one.until === null || Date.parse(one.until) > clock.now.value)),
    /** How many are on the list beside those. */
    moreMarks,
    queueTitle: (name: string | null) => floor.value.queues.find((one) => one.name === name)?.title ?? name ?? '',
    /** Whose login it is. */
    nameOf: (login: string) => names.value.get(login) ?? floor.value.operators.get(login)?.name ?? login,

    open: () => {
      void city()
      listening?.open()
      void api.accounts().then((page) => {
        names.value = new Map(page.items.map((one) => [one.login, one.name]))
      }, () => undefined)  // then logins are shown
      live = openLive({
        ticket: api.liveTicket,
        connect: (url) => new WebSocket(url),
        origin: location.origin,
        since: () => floor.value.seq,
        onFrame: (frame) => {
          dispatch({ kind: 'frame', frame, at: Date.now() })
          if (frame.type !== 'message') return
          worklist.hear(frame.data)
          worklist.refresh()  // the figures of the day
        },
        onLink: (link) => {
          if (floor.value.link === link) return
          dispatch({ kind: 'link', link })
          if (link === 'signed_out') signedOut()
        },
      })
    },

    close: () => {
      stops.forEach((stop) => stop())
      clearInterval(every)
      clearTimeout(timer)
      worklist.stop()
      listening?.close()
      live?.stop()
      clock.stop()
    },

    /** Whoever is here has seen the alarms. */
    noted: () => dispatch({ kind: 'noted' }),

    decide: (operator: Operator, word: 'grant' | 'deny') => order(() => api.decidePause(operator.login, word)),

    releaseMessage: (item: Message) => order(async () => worklist.hear(await api.releaseMessage(item.number))),

    publish: (notice: NoticeInput) => change(async () => {
      const now = await api.publishNotice(notice)
      notices.value = [now, ...notices.value.filter((one) => one.id !== now.id)]
    }),
    withdraw: (notice: Notice) => change(async () => {
      await api.withdrawNotice(notice.id)
      notices.value = notices.value.filter((one) => one.id !== notice.id)
    }),
    release: (mark: ListedMark) => change(async () => {
      await api.releaseMark(mark.number)
      marks.value = marks.value.filter((one) => one.number !== mark.number)
    }),

    signOut: async () => {
      if (await order(api.signOut)) signedOut()
    },
  }
}

export type Watch = ReturnType<typeof createWatch>
export const watchKey: InjectionKey<Watch> = Symbol('watch')

export function useWatch(): Watch {
  const watch = inject(watchKey)
  if (!watch) throw new Error('nobody watches on this page')
  return watch
}
