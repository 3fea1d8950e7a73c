/** A call, what happened in it, and what is recorded of it. */
import type { CallTalk } from './talk'

/** `dialling`: we call him; `owed`: he keeps his place until we do. */
export type CallState =
  | 'greeting' | 'waiting' | 'ringing' | 'talking' | 'message' | 'forwarded' | 'leaving' | 'dialling' | 'owed' | 'ended'

/** What we call a citizen for: by itself since he asked for it, or by a press. */
export type Purpose = 'call_back' | 'click_to_call'

export type Outcome = 'answered' | 'message' | 'forwarded' | 'joined' | 'call_back' | 'abandoned' | 'unreached' | 'unknown'

/** What is known of a caller's number. */
export interface Mark {
  kind: 'special_care' | 'nuisance'
  note: string
}

export interface Recording {
  id: string
  kind: 'talk' | 'message'
  seconds: number
  /** Of a message that was spoken anew, from 1. */
  take: number
  state: 'ok' | 'damaged' | 'missing' | 'silent'
  reason: string | null
  url: string
}

/** `detail`: logins, numbers, queues and results, with blanks between, as the kind has them. */
export interface Moment {
  at: string
  kind: string
  detail: string
}

/** A stretch of a recording. `begins_s`: from the start of the recording; `at`: when that was. */
export interface Segment {
  operator: string
  name: string
  begins_s: number
  seconds: number
  at: string
  kind: 'talk' | 'three'
}

export interface Call {
  id: string
  /** Empty when the caller withheld the number. */
  caller: string
  caller_name: string
  called: string
  line: string
  /** Whose matters these are, as the line says. */
  tag: string
  diverted_from: string
  urgent: boolean
  /** His talk broke off, or he gave up waiting shortly before. */
  returned: boolean
  forwarded_to: string
  joined: string
  /** The operator who gave the citizen to whoever has him now; empty where nobody did. */
  transferred_by: string
  /** A supervisor took him from that operator, who did not give him away. */
  taken_over: boolean
  mark: Mark | null
  /** Of one who waits: when he counts as come. The earliest is next. */
  turn: string | null
  queue: string | null
  state: CallState
  /** Who is on the line beside the citizen; null while nobody talks with him. */
  talk?: CallTalk | null
  outcome: Outcome | null
  abandon_stage: string | null
  operator: string | null
  arrived_at: string
  queued_at: string | null
  /** Of who waits now: after a talk from its end. */
  waiting_since: string | null
  answered_at: string | null
  ended_at: string | null
  wait_s: number
  talk_s: number
  ended_by: 'citizen' | 'operator' | 'system' | null
  recordings: Recording[]
  case: string | null
  /** Null of one that came in. */
  purpose?: Purpose | null
  /** Only of a call that was asked for by itself: the menu and its node that he came to last, and his answers after the talk. */
  menu_step?: string
  ratings?: Record<string, string>
  /** And who spoke when in its recording. */
  segments?: Segment[]
  /** And what happened in it. */
  timeline?: Moment[]
}

/** A call that can be picked up. `ringing`: whose telephones ring with it; nobody's: it waits. */
export interface PickUp {
  call: Call
  ringing: string[]
}
