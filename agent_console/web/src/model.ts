/** The values the server speaks of. Times are RFC 3339 strings, durations seconds. */

export type Role =
  | 'operator' | 'supervisor' | 'dispatcher' | 'followup'
  | 'department' | 'county' | 'leader' | 'admin'

export interface Account {
  login: string
  name: string
  role: Role
}

export type Presence = 'offline' | 'ready' | 'paused' | 'ringing' | 'talking' | 'wrap_up'

export interface Operator {
  login: string
  name: string
  state: Presence
  since: string
  phone: boolean
  call: string | null
  wrap_up_until: string | null
  pause_pending: boolean
}

export type CallState = 'greeting' | 'waiting' | 'ringing' | 'talking' | 'message' | 'ended'
export type Outcome = 'answered' | 'message' | 'abandoned' | 'unknown'

export interface Recording {
  id: string
  kind: 'talk' | 'message'
  seconds: number
  state: 'ok' | 'damaged' | 'missing'
  reason: string | null
  url: string
}

export interface Call {
  id: string
  /** Empty when the caller withheld the number. */
  caller: string
  caller_name: string
  called: string
  queue: string | null
  state: CallState
  outcome: Outcome | null
  abandon_stage: string | null
  operator: string | null
  arrived_at: string
  queued_at: string | null
  answered_at: string | null
  ended_at: string | null
  wait_s: number
  talk_s: number
  ended_by: 'citizen' | 'operator' | 'system' | null
  recordings: Recording[]
  case: string | null
}

export const CASE_TYPES = ['咨询', '求助', '投诉', '举报', '建议', '表扬', '其他'] as const
export const URGENCIES = ['一般', '急', '特急'] as const
export type CaseType = (typeof CASE_TYPES)[number]
export type Urgency = (typeof URGENCIES)[number]

/** What the operator writes. The type is empty until chosen: a preset would be saved unread. */
export interface CaseFields {
  type: CaseType | ''
  content: string
  place: string
  urgency: Urgency
  citizen_name: string
}

export interface Case extends CaseFields {
  number: string
  caller: string
  call: string | null
  operator: string
  state: string
  created_at: string
  updated_at: string
  version: number
}

export interface Message {
  id: string
  call: string
  caller: string
  at: string
  seconds: number
  state: string
  recording: string
}

export interface Queue {
  name: string
  title: string
  waiting: number
  longest_since: string | null
  signed_in: number
  ready: number
  talking: number
}

export interface Page<T> {
  items: T[]
  next: string | null
}

/** `desk_phone`: he answers at a telephone on his desk, and the page has none of its own. */
export interface DeskPhoneAccount {
  desk_phone: true
}

export interface SoftphoneAccount {
  desk_phone: false
  uri: string
  username: string
  password: string
  server: string
  realm: string
  ice_servers: RTCIceServer[]
}

/** What anybody may know. `phone`: whether the page /phone is there. */
export interface City {
  numbers: string[]
  timezone: string
  phone: boolean
}

export interface LiveTicket {
  ticket: string
  path: string
}

export interface Snapshot {
  operator: Operator | null
  call: Call | null
  queues: Queue[]
  messages_open: number
  telephony: boolean
  now: string
}

export type OfferEnd = 'citizen_hung_up' | 'not_answered' | 'refused' | 'lost'

export type Frame =
  | { seq: number; type: 'snapshot'; data: Snapshot }
  | { seq: number; type: 'operator'; data: Operator }
  | { seq: number; type: 'call'; data: Call }
  | { seq: number; type: 'offer_ended'; data: { call: string; reason: OfferEnd } }
  | { seq: number; type: 'queue'; data: Queue }
  | { seq: number; type: 'saved'; data: { call: string } }
  | { seq: number; type: 'messages'; data: { open: number } }
  | { seq: number; type: 'telephony'; data: { up: boolean } }
