/** The lists beside the call: today's calls and cases of this operator. */
import { computed, shallowRef } from 'vue'
import { api } from './api'
import { createAsking } from './asking'
import { ownFigures } from './figures'
import type { Call, Case, Page } from './model'

const PAGE = 100
/** A full night is some hundreds of calls; this only bounds a runaway. */
const MOST_PAGES = 10

async function all<T>(fetchPage: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: Page<T> = await fetchPage(cursor)
    items.push(...answer.items)
    cursor = answer.next
    if (cursor === null) break
  }
  return items
}

export function createToday() {
  const calls = shallowRef<Call[]>([])
  const cases = shallowRef<Case[]>([])
  /** False until both were read once: of a list that nobody has read none says that it is empty. */
  const loaded = shallowRef(false)
  const asking = createAsking(load)
  /** Lists are numbered as they are asked for. */
  let asked = 0
  /** The newest that is shown; what was asked for before it, or before a case was saved, is old. */
  let shown = 0

  async function load(): Promise<void> {
    const turn = asked += 1
    const mine = (cursor: string | null) => ({ operator: 'me', day: 'today', limit: PAGE, cursor })
    const [callsNow, casesNow] = await Promise.allSettled([
      all((cursor) => api.calls(mine(cursor))),
      all((cursor) => api.cases(mine(cursor))),
    ])
    if (turn < shown || asking.stopped()) return
    shown = turn
    // What could not be fetched stays as it was: an old list is better than an empty one.
    if (callsNow.status === 'fulfilled') calls.value = callsNow.value
    if (casesNow.status === 'fulfilled') cases.value = casesNow.value
    if (callsNow.status === 'fulfilled' && casesNow.status === 'fulfilled') loaded.value = true
    else asking.again()
  }

  return {
    calls,
    cases,
    loaded,
    figures: computed(() => ownFigures(calls.value, cases.value)),
    refresh: asking.refresh,
    /** Shows a saved case at once, before the next load brings it. */
    note: (item: Case) => {
      const others = cases.value.filter((known) => known.number !== item.number)
      cases.value = others.length === cases.value.length
        ? [item, ...others]
        : cases.value.map((known) => (known.number === item.number ? item : known))
      calls.value = calls.value.map((call) => (call.id === item.call ? { ...call, case: item.number } : call))
      shown = asked + 1
      asking.refresh()
    },
    stop: asking.stop,
  }
}

export type Today = ReturnType<typeof createToday>
