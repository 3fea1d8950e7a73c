/** Orders of a person to the server, one after the other: what is under way, and why the last one was refused. */
import { ref, shallowRef } from 'vue'
import { Problem } from './api'

export function createOrders() {
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)

  /** Runs one order; a refusal is shown, never thrown. */
  async function order(run: () => Promise<unknown>): Promise<boolean> {
    busy.value = true
    problem.value = null
    try {
      await run()
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, problem, order }
}

export type Orders = ReturnType<typeof createOrders>
