/** The lists beside the call: today's calls and cases of this operator. */
import { computed, shallowRef } from 'vue'
import { api } from './api'
import { ownFigures } from './figures'
import type { Call, Case, Page } from './model'

const PAGE = 100
/** A full night is some hundreds of calls; this only bounds a runaway. */
const MOST_PAGES = 10
const SETTLE_MS = 300

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
  const loaded = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    const mine = (cursor: string | null) => ({ operator: 'me', day: 'today', limit: PAGE, cursor })
    const [callsNow, casesNow] = await Promise.allSettled([
      all((cursor) => api.calls(mine(cursor))),
      all((cursor) => api.cases(mine(cursor))),
    ])
    // What could not be fetched stays as it was: an old list is better than an empty one.
    if (callsNow.status === 'fulfilled') calls.value = callsNow.value
    if (casesNow.status === 'fulfilled') cases.value = casesNow.value
    loaded.value = true
  }

  return {
    calls,
    cases,
    loaded,
    figures: computed(() => ownFigures(calls.value, cases.value)),
    /** Several changes in a moment make one request. */
    refresh: () => {
      clearTimeout(timer)
      timer = setTimeout(() => void load(), SETTLE_MS)
    },
    /** Shows a saved case at once, before the next load brings it. */
    note: (item: Case) => {
      const others = cases.value.filter((known) => known.number !== item.number)
      cases.value = others.length === cases.value.length
        ? [item, ...others]
        : cases.value.map((known) => (known.number === item.number ? item : known))
      calls.value = calls.value.map((call) => (call.id === item.call ? { ...call, case: item.number } : call))
    },
    stop: () => clearTimeout(timer),
  }
}

export type Today = ReturnType<typeof createToday>
