/** One call-back in its panel: its history and its call, what is typed of an attempt, and the orders after which it is another. */
import { computed, ref, shallowRef, watch } from 'vue'
import { api, Problem } from './api'
import type { Call, Message, WorkMove } from './model'
import type { Notes } from './notes'
import { createOrders } from './orders'
import type { Worklist } from './worklist'

export function useWorkItem(number: string, worklist: Worklist, notes: Notes) {
  const { busy, problem, order } = createOrders()
  const item = computed(() => worklist.item(number))
  const history = shallowRef<WorkMove[]>([])
  /** The message's call in full. */
  const call = shallowRef<Call | null>(null)
  const note = ref(notes.get(number))
  /** Why it could not be read; null once it was. */
  const unread = shallowRef<Problem | null>(null)
  /** Readings are numbered: what was asked for before another, or before an order was done, is old. */
  let asked = 0

  watch(note, (text) => notes.put(number, text), { flush: 'sync' })

  async function look(): Promise<void> {
    const mine = asked += 1
    try {
      const found = await api.message(number)
      worklist.hear(found)
      if (mine !== asked) return
      history.value = found.history ?? []
      const whole = await api.call(found.call)
      if (mine !== asked) return
      call.value = whole
      unread.value = null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine === asked) unread.value = error
    }
  }

  /** One order, after which the item is as the answer says; `noted`: the note has gone with it. */
  async function does(run: () => Promise<Message>, noted = false): Promise<void> {
    const sent = note.value
    const done = await order(async () => {
      const after = await run()
      asked += 1
      worklist.hear(after)
      history.value = after.history ?? []
    })
    if (!done) {
      await look()
    } else if (noted && notes.get(number) === sent) {
      // Also when the panel was closed meanwhile, as by a ring.
      note.value = ''
      notes.put(number, '')
    }
  }

  return {
    item,
    history,
    call,
    note,
    busy,
    /** Why the last order was refused, or why it could not be read. */
    problem: computed(() => problem.value ?? unread.value),
    look,
    does,
    dial: () => order(() => api.dialMessage(number)),
  }
}
