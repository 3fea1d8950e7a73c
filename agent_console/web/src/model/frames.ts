/** What the live socket tells. */
import type { Call } from './call'
import type { Queue } from './floor'
import type { EndOfOffer } from './offers'
import type { OutboundCall } from './outbound'
import type { Operator } from './people'
import type { Supervision, Watched } from './supervision'
import type { ForwardFailed, PartyEnded } from './talk'
import type { Backlog, Message } from './work'

export interface Snapshot {
  operator: Operator | null
  call: Call | null
  queues: Queue[]
  messages_open: number
  telephony: boolean
  /** Whether citizens can be called at all. */
  calls_out?: boolean
  now: string
  /** For supervisors: all that are signed in, and all calls that run. */
  operators?: Operator[]
  calls?: Call[]
  watches?: Supervision[]
  /** For operators: which supervisors may be heard. */
  watched?: Watched[]
}

export type Frame =
  | { seq: number; type: 'snapshot'; data: Snapshot }
  | { seq: number; type: 'operator'; data: Operator }
  | { seq: number; type: 'call'; data: Call }
  | { seq: number; type: 'offer_ended'; data: EndOfOffer }
  | { seq: number; type: 'party_ended'; data: PartyEnded }
  | { seq: number; type: 'forward_failed'; data: ForwardFailed }
  | { seq: number; type: 'watch'; data: Supervision }
  | { seq: number; type: 'watched'; data: Watched }
  | { seq: number; type: 'queue'; data: Queue }
  | { seq: number; type: 'saved'; data: { call: string } }
  | { seq: number; type: 'messages'; data: Backlog }
  | { seq: number; type: 'message'; data: Message }
  | { seq: number; type: 'policy'; data: { revision: number; queues: string[] } }
  | { seq: number; type: 'telephony'; data: { up: boolean } }
  | { seq: number; type: 'alarm'; data: OutboundCall & { kind: 'outbound_refused' } }
