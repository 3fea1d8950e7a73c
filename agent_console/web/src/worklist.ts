/** The call-backs that are owed, the oldest first: a list from the API which the live socket keeps up. */
import { computed, shallowRef } from 'vue'
import { api } from './api'
import { createAsking } from './asking'
import type { Message, MessageFigures, WorkKind, WorkMove } from './model'

const PAGE = 200

/** Of two tellings of one item the later: every move makes its history longer, what a machine adds does not shorten it. */
export function later(known: Message | undefined, told: Message): Message {
  return known !== undefined && known.moves > told.moves ? known : told
}

export function createWorklist() {
  /** By number, whatever was told of any: an answer that was under way meanwhile must not bring old news back. */
  const known = shallowRef<ReadonlyMap<string, Message>>(new Map())
  const figures = shallowRef<MessageFigures | null>(null)
  const loaded = shallowRef(false)
  /** Of which kind alone they are shown; '' for all. */
  const kind = shallowRef<WorkKind | ''>('')
  /** Whether there are newer ones than were asked for. */
  const further = shallowRef(false)
  const asking = createAsking(load)

  function hear(...told: Message[]): void {
    const after = new Map(known.value)
    for (const item of told) after.set(item.number, later(after.get(item.number), item))
    known.value = after
  }

  /** What could not be asked for stays as it was. */
  async function load(): Promise<void> {
    const wanted = kind.value
    const [listed, counted] = await Promise.allSettled([
      api.messages({ state: 'open', kind: wanted || undefined, order: 'oldest', limit: PAGE }), api.messageFigures(),
    ])
    if (listed.status === 'fulfilled') {
      hear(...listed.value.items)
      loaded.value = true
      if (wanted === kind.value) further.value = listed.value.next !== null
    }
    if (counted.status === 'fulfilled') figures.value = counted.value
    if (listed.status === 'rejected' || counted.status === 'rejected') asking.again()
  }

  return {
    /** Those that are not done, of the kind that was chosen. */
    items: computed(() => [...known.value.values()]
      .filter((item) => item.state !== 'done' && (kind.value === '' || item.kind === kind.value))
      .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.number.localeCompare(b.number))),
    /** This one, also when it is done. */
    item: (number: string): Message | null => known.value.get(number) ?? null,
    figures,
    loaded,
    kind,
    further,
    hear,
    choose: (wanted: WorkKind | '') => {
      kind.value = wanted
      void load()
    },
    refresh: asking.refresh,
    stop: asking.stop,
  }
}

export type Worklist = ReturnType<typeof createWorklist>

/** When he called, the first time first; `history`: of the item, as far as it is known. */
export function times(item: Message, history: readonly WorkMove[]): string[] {
  return [item.at, ...history.filter((move) => move.deed === 'join' || move.deed === 'ask').map((move) => move.at)]
}

/** Late for its first attempt. */
export function overdue(item: Message, now: number): boolean {
  return item.state !== 'done' && item.tried_at === null && Date.parse(item.due_at) < now
}
