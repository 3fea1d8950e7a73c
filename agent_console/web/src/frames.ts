/** What every page makes alike of the frames of the live socket. */
import type { Frame, Queue } from './model'

export interface Shared {
  /** Of the last frame; null before the first. */
  seq: number | null
  queues: Queue[]
  telephony: boolean
  /** Counts the calls written to the store: lists refresh when it grows. */
  saved: number
  /** The policy of which the server last told. */
  policy: number
  /** Counts snapshots: after one, anything may have changed unseen. */
  snapshots: number
  /** Server clock minus browser clock, milliseconds. */
  skew: number
}

export const NOTHING: Shared = { seq: null, queues: [], telephony: true, saved: 0, policy: 0, snapshots: 0, skew: 0 }

/** After `frame`, which came in at `at` by the browser's clock; the same object for a frame that was seen already. */
export function common<T extends Shared>(state: T, frame: Frame, at: number): T {
  // A frame already seen may come again after a return with `since`; a snapshot always counts.
  if (frame.type !== 'snapshot' && state.seq !== null && frame.seq <= state.seq) return state
  const next = { ...state, seq: frame.seq }
  switch (frame.type) {
    case 'snapshot':
      return {
        ...next,
        queues: frame.data.queues,
        telephony: frame.data.telephony,
        skew: Date.parse(frame.data.now) - at,
        snapshots: state.snapshots + 1,
      }
    case 'queue':
      return { ...next, queues: withQueue(state.queues, frame.data) }
    case 'saved':
      return { ...next, saved: state.saved + 1 }
    case 'policy':
      // The figures of a queue that was taken away would stand still.
      return { ...next, policy: frame.data.revision, queues: state.queues.filter((one) => frame.data.queues.includes(one.name)) }
    case 'telephony':
      return { ...next, telephony: frame.data.up }
    default:
      // What is the page's own, and what a newer server may say.
      return next
  }
}

function withQueue(queues: Queue[], queue: Queue): Queue[] {
  return queues.some((known) => known.name === queue.name)
    ? queues.map((known) => (known.name === queue.name ? queue : known))
    : [...queues, queue]
}
