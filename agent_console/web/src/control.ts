/**
 * What the operator orders of his talk, one order at a time: the next is taken when the live socket has shown what came of
 * the last, or the server has refused it. Pressed twice it is one order.
 */
import { computed, ref, watch, type ShallowRef } from 'vue'
import { api } from './api'
import { phase, presentCall, type State } from './state'
import { isParty, type Moment } from './talk'
import { asked, type Row, type Way } from './targets'

/** How long an order that was taken may show nothing, before another is taken. */
const SHOWN_MS = 3_000

export function createControl(state: Readonly<ShallowRef<State>>, order: (run: () => Promise<unknown>) => Promise<boolean>) {
  const ordered = ref(false)
  /** The list of whom one can call is open: what was refused is told in it, where the hand is. */
  const listed = ref(false)
  /** A number that is being typed: it stays until somebody is called by it, or the call is another. */
  const typed = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  const call = computed(() => presentCall(state.value)?.call ?? null)
  /** Is another whenever the talk has moved on. */
  const turn = computed(() => JSON.stringify([call.value?.id, call.value?.state, call.value?.talk]))

  function settled(): void {
    clearTimeout(timer)
    ordered.value = false
  }

  async function once(run: (call: string) => Promise<unknown>): Promise<boolean> {
    const id = call.value?.id
    if (ordered.value || id === undefined) return false
    ordered.value = true
    const mine = last += 1
    const before = turn.value
    const taken = await order(() => run(id))
    if (mine !== last) return taken
    if (!taken) settled()
    else if (turn.value === before) timer = setTimeout(settled, SHOWN_MS)
    return taken
  }

  const stops = [
    watch(turn, settled, { flush: 'sync' }),
    watch(() => call.value?.id, () => {
      typed.value = ''
    }, { flush: 'sync' }),
  ]

  return {
    listed,
    typed,
    moment: computed<Moment>(() => ({
      phase: phase(state.value),
      call: call.value,
      operator: state.value.operator,
      away: state.value.link !== 'open',
      ordered: ordered.value,
    })),
    /** He is asked, and the citizen another's. */
    consulted: computed(() => call.value !== null && isParty(call.value, state.value.operator?.login)),

    does: (deed: 'hold' | 'resume' | 'return' | 'join' | 'complete') => once((id) => api.control(id, deed)),
    /** Gives the citizen away, or asks first, or makes it a talk of three. */
    gives: async (row: Row, way: Way): Promise<boolean> => {
      const { given } = row
      if (way !== 'transfer') return once((id) => api.consult(id, asked(row, way)))
      return given !== null && once((id) => api.transfer(id, given))
    },

    stop: () => {
      stops.forEach((stop) => stop())
      clearTimeout(timer)
    },
  }
}

export type Control = ReturnType<typeof createControl>
