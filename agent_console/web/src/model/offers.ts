/** What was offered to an operator, and what became of it. */
import type { Page } from './page'
import type { Attempt } from './work'

/** `taken`: another one, `by`, was quicker. Of a call that we place: `unreached`, and `broken_off` by its operator. */
export type OfferEnd = 'citizen_hung_up' | 'not_answered' | 'refused' | 'lost' | 'taken' | 'unreached' | 'broken_off'

/** How a call that we placed in vain ended; '' where the citizen was not dialled. */
export type TryEnd = '' | Exclude<Attempt, 'talked'>

/** `consult`: he was asked into another's talk. */
export type EndOfOffer =
  | { call: string; reason: OfferEnd; by: string; consult: false; result?: TryEnd }
  | { call: string; reason: ConsultEnd; by: string; consult: true; result?: TryEnd }

/** Of one who was asked into another's talk. `citizen_hung_up`: nobody waits for him any more; `over`: he had answered. */
export type ConsultEnd = 'citizen_hung_up' | 'not_answered' | 'refused' | 'over'

/** A call that was offered to an operator. `result` null: it still rings, or they talk. */
export interface Offer {
  call: string
  caller: string
  queue: string | null
  offered_at: string
  rung_at: string | null
  answered_at: string | null
  ended_at: string | null
  result: OfferResult | null
}

export type OfferResult = 'answered' | 'not_answered' | 'refused' | 'unreachable' | 'taken' | 'cancelled'

export interface Offers extends Page<Offer> {
  counts: Partial<Record<OfferResult, number>>
}
