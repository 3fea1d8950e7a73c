/** The calls that this operator could pick up (代答): those that ring at colleagues of his queues, and those that wait. */
import { shallowRef } from 'vue'
import { api, Problem } from './api'
import type { PickUp } from './model'

const SETTLE_MS = 300
/** That it rings at another by now changes no figure of a queue. */
const AGAIN_MS = 3_000

/** `waits`: whether anybody waits in his queues. Who does may not be there to be taken yet, as long as he is told something. */
export function createPickUps(waits: () => boolean) {
  const items = shallowRef<PickUp[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  /** It is asked for in a moment: nothing that is known by then needs to be asked for again. */
  let soon = false
  /** Lists are numbered as they are asked for: an answer to an earlier question is none to the last. */
  let asked = 0
  let stopped = false

  async function load(): Promise<void> {
    soon = false
    const mine = asked += 1
    // A call that cannot be seen is none to press for; whether there are any is asked again.
    const found = await api.pickUps().then((page) => page.items, (error: unknown) => {
      if (error instanceof Problem) return null
      throw error
    })
    if (mine !== asked || stopped) return
    items.value = found ?? []
    if (!soon && (found?.length !== 0 || waits())) after(AGAIN_MS)
  }

  function after(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void load(), ms)
  }

  return {
    items,
    /** Several changes in a moment make one request. */
    refresh: () => {
      if (soon || stopped) return
      soon = true
      after(SETTLE_MS)
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
