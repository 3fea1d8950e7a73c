/** The calls that this operator could pick up (代答): those that ring at colleagues of his queues, and those that wait. */
import { shallowRef } from 'vue'
import { api } from './api'
import type { PickUp } from './model'

const SETTLE_MS = 300
/** That it rings at another by now changes no figure of a queue. */
const AGAIN_MS = 3_000

export function createPickUps() {
  const items = shallowRef<PickUp[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  async function load(): Promise<void> {
    try {
      items.value = (await api.pickUps()).items
    } catch {
      // Whose turn it was may be over: a call that cannot be seen is none to press for.
      items.value = []
    }
    if (!stopped && items.value.length > 0) timer = setTimeout(() => void load(), AGAIN_MS)
  }

  /** Several changes in a moment make one request. */
  function refresh(): void {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(() => void load(), SETTLE_MS)
  }

  return {
    items,
    refresh,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
