/** One duty being edited: who is chosen stays chosen, also where another has changed the same one meanwhile. */
import { computed, ref, shallowRef } from 'vue'
import { api } from './api'
import { createOrders } from './orders'
import type { Person, Turn } from './roster'

export function createDuty(opened: Turn, operators: readonly Person[]) {
  const { busy, problem, order } = createOrders()
  /** As it stands at the server, as far as is known here. */
  const turn = shallowRef(opened)
  const chosen = ref(opened.operators.map((one) => one.login))
  const needed = ref(opened.needed)
  const conflict = ref(false)
  /** Whether it is another now than it was when it was opened. */
  const changed = ref(false)
  /** Those who may be chosen, and those who were and may not any more: to be taken away. */
  const people = computed(() => [...new Map([...operators, ...opened.operators, ...turn.value.operators].map((one) => [one.login, one])).values()])
  const theirs = computed(() => turn.value.operators.map((one) => one.login))
  const only = (here: readonly string[], there: readonly string[]) =>
    people.value.filter((one) => here.includes(one.login) && !there.includes(one.login))
  /** Where what is chosen here and what stands there differ. */
  const differences = computed(() => ({
    mine: only(chosen.value, theirs.value),
    theirs: only(theirs.value, chosen.value),
    needed: Number(needed.value) !== turn.value.needed,
  }))

  /** Fields that are refused, where the reason as a whole does not say so already. */
  const errors = computed(() => (problem.value?.errors ?? []).map((one) => one.message).filter((one) => !problem.value?.detail.includes(one)))

  /** Whether it is saved. */
  async function save(): Promise<boolean> {
    if (busy.value || conflict.value) return false
    const done = await order(() => api.setDuty(turn.value, chosen.value, Number(needed.value) || 0))
    if (done) return changed.value = true
    const current = problem.value?.body.current as Turn | null | undefined
    if (current) {
      turn.value = current
      conflict.value = changed.value = true
    }
    return false
  }

  /** What is chosen here is saved over theirs, which has been seen. */
  function keepMine(): Promise<boolean> {
    conflict.value = false
    return save()
  }

  function takeTheirs(): void {
    chosen.value = theirs.value
    needed.value = turn.value.needed
    conflict.value = false
    problem.value = null
  }

  return { turn, chosen, needed, conflict, changed, people, differences, errors, busy, problem, save, keepMine, takeTheirs }
}
