/** Numbers outside that are dialled, or refused. */

/** Why a number outside is not dialled. */
export type Refusal = 'not_a_number' | 'not_allowed' | 'own_line' | 'hour_full' | 'operator_full' | 'number_full'

/** A number outside that an operator had dialled, or was refused. */
export interface OutboundCall {
  at: string
  call: string
  number: string
  operator: string
  purpose: 'transfer' | 'consult' | 'call_back' | 'click_to_call'
  /** Why it was not dialled; empty where it was. */
  refusal: '' | Refusal
}

export interface OutboundRow extends OutboundCall {
  id: number
}
