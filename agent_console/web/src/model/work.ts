/** Call-backs that are owed, and what was done for them. */
import type { Recording } from './call'

/** How a try to call back ended. */
export const ATTEMPTS = ['talked', 'no_answer', 'busy', 'wrong_number'] as const
export type Attempt = (typeof ATTEMPTS)[number]

/** Ways to close a call-back besides a case. */
export const ENDINGS = ['answered', 'unreached', 'served', 'nuisance', 'nothing_said'] as const
export type Ending = (typeof ENDINGS)[number] | 'case'

export interface WorkMove {
  at: string
  who: string
  name: string
  deed: string
  result: string
  note: string
  /** The call that brought it; '' where a person did. */
  call: string
}

export const WORK_KINDS = ['message', 'call_back', 'missed'] as const
/** Why he must be called: what he said, since he asked for it, or since he gave up waiting. */
export type WorkKind = (typeof WORK_KINDS)[number]

/** A call-back that is owed. */
export interface Message {
  id: string
  number: string
  call: string
  caller: string
  at: string
  due_at: string
  seconds: number
  state: 'open' | 'taken' | 'done'
  kind: WorkKind
  /** The take that counts; null where there is nothing to hear. */
  recording: string | null
  reason: string | null
  takes: Recording[]
  confirmed: boolean
  owner: string
  owner_name: string
  taken_at: string | null
  attempts: number
  tried_at: string | null
  talked_at: string | null
  ending: string
  case: string | null
  done_at: string | null
  /** How long its history is. */
  moves: number
  transcript: { text: string; engine: string; at: string } | null
  /** How often he called by now, and when the last time; null of one who called once. */
  calls: number
  last_at: string | null
  /** The call in which he got through to a person by himself. */
  got_through: { call: string; at: string } | null
  history?: WorkMove[]
}

/** What is not done. */
export interface Backlog {
  open: number
  taken: number
  oldest_at: string | null
}

/** And of what came today; medians in seconds. */
export interface MessageFigures extends Backlog {
  overdue: number
  came: number
  done: number
  in_time: number
  to_attempt_s: number | null
  to_talk_s: number | null
  due_s: number
  tries: number
  /** Of those who gave up waiting today; got_through: before anybody called them. */
  missed: { came: number; called: number; in_time: number; got_through: number }
}
