/** What a supervisor may do with another's talk now: the rule by which the server grants it, so that no button is in vain. */
import type { Call, Mode, Supervision } from './model'
import { apart } from './talk'

/** A way to be at the talk, or 接管: to have it. */
export type Wish = Mode | 'take'

/** `watch`: where he is, `own`: the talk that is his, `phone`: whether he can be rung. */
export interface Whereabouts {
  watch: Supervision | null
  own: Call | null
  phone: boolean
}

/** A key of the texts `supervisor.talks.why`; empty: nothing stands against it. */
export type Reason = '' | 'busy' | 'elsewhere' | 'noPhone' | 'onHold' | 'already'

/** He is there in this way, or on his way to it. */
export function pressed(call: Call, wish: Wish, watch: Supervision | null): boolean {
  if (watch?.call !== call.id) return false
  if (watch.take) return wish === 'take'
  return (watch.state === 'on' ? watch.mode : watch.wanted) === wish
}

export function whyNot(call: Call, wish: Wish, { watch, own, phone }: Whereabouts): Reason {
  if (own) return 'busy'
  if (watch && watch.call !== call.id) return 'elsewhere'
  if (!watch && !phone) return 'noPhone'
  if (pressed(call, wish, watch)) return 'already'
  return wish === 'barge' && apart(call) ? 'onHold' : ''
}
