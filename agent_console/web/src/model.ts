/** The values the server speaks of. Times are RFC 3339 strings, durations seconds. */
import type { CallTalk, PartyEnded } from './talk'

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
  queues: string[]
  skills: Record<string, number>
  /** Calls answered since he signed in. */
  taken: number
  state: Presence
  /** Null for who was never seen. */
  since: string | null
  phone: boolean
  call: string | null
  wrap_up_until: string | null
  pause_pending: boolean
  pause: 'own' | 'signed_in' | 'missed' | 'refused' | 'phone_lost' | 'page_lost' | null
  /** The reason of his pause, as the policy names it; empty for none in particular. */
  pause_kind: string
  pause_title: string
  overdue: boolean
  /** The reason for which a supervisor must agree. */
  asked: string | null
  asked_title: string
}

/** A reason for 小休. */
export interface PauseKind {
  name: string
  title: string
  limit_s: number
  approval: boolean
  at_once: number
}

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

/** `held`, `calling`, `consulting`: the citizen hears music. */
export type TalkState = 'together' | 'held' | 'calling' | 'consulting' | 'three'

/** How a supervisor is at a talk: heard by nobody, by its operator, or by both. */
export const MODES = ['listen', 'whisper', 'barge'] as const
export type Mode = (typeof MODES)[number]

/** A supervisor at a talk. `wanted`: the mode he asked for last; `take`: he takes over as soon as he answers. */
export interface Supervision {
  call: string
  supervisor: string
  name: string
  operator: string
  operator_name: string
  state: 'ringing' | 'on' | 'over'
  mode: Mode
  wanted: Mode
  take: boolean
  since: string | null
  end: 'asked' | 'hung_up' | 'talk_over' | 'given_away' | 'took' | 'busy' | 'not_answered' | 'unreachable' | 'lost' | null
}

/** Who may be heard by the operator himself; an empty mode: nobody any more. */
export interface Watched {
  call: string
  supervisor: string
  name: string
  mode: Mode | ''
}

/** A call that can be picked up. `ringing`: whose telephones ring with it; nobody's: it waits. */
export interface PickUp {
  call: Call
  ringing: string[]
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

export const TEXT_STATES = ['waiting', 'sending', 'sent', 'unknown', 'failed', 'suppressed'] as const
export type TextState = (typeof TEXT_STATES)[number]

/** A text to a citizen, and what became of it. */
export interface Text {
  id: string
  kind: 'message' | 'call_back' | 'case'
  subject: string
  caller: string
  at: string
  state: TextState
  reason: string
  /** What the provider said. */
  detail: string
  attempts: number
  words: string
  due_at: string
  handed_at: string | null
  settled_at: string | null
}

/** `sends`: whether there is an account by which texts can be sent. */
export interface Texts extends Page<Text> {
  sends: boolean
  counts: Record<TextState, number>
}

/** How a text of these words would be. */
export interface Preview {
  words: string
  characters: number
  alphabet: string
  segments: number
  segments_max: number
  errors: string[]
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

/** Half of an incident notice: an area or a kind of incident. */
export interface Spoken {
  key: string
  title: string
  text: string
  area: string
}

export interface Incidents {
  areas: Spoken[]
  kinds: Spoken[]
}

/** An incident that callers are told of now. */
export interface Notice {
  id: string
  text: string
  area: string
  case: string
  since: string
  until: string
  by: string
  /** How many callers are attached to its case. */
  joined: number
}

export interface NoticeInput {
  /** Made here: what is sent twice is published once. */
  id: string
  incident: string
  area: string
  minutes: number
  case: string | null
}

export interface ListedMark extends Mark {
  number: string
  until: string | null
  by: string
  at: string
}

/** `more`: how many there are beside. */
export interface ListedMarks extends Page<ListedMark> {
  more: number
}

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

/** A number outside that an operator had dialled, or was refused. */
export interface OutboundCall {
  at: string
  call: string
  number: string
  operator: string
  purpose: 'transfer' | 'consult' | 'call_back' | 'click_to_call'
  /** Why it was not dialled; empty where it was. */
  refusal: '' | 'not_a_number' | 'not_allowed' | 'hour_full' | 'operator_full' | 'number_full'
}

export interface OutboundRow extends OutboundCall {
  id: number
}

export type Frame =
  | { seq: number; type: 'snapshot'; data: Snapshot }
  | { seq: number; type: 'operator'; data: Operator }
  | { seq: number; type: 'call'; data: Call }
  | { seq: number; type: 'offer_ended'; data: EndOfOffer }
  | { seq: number; type: 'party_ended'; data: PartyEnded }
  | { seq: number; type: 'watch'; data: Supervision }
  | { seq: number; type: 'watched'; data: Watched }
  | { seq: number; type: 'queue'; data: Queue }
  | { seq: number; type: 'saved'; data: { call: string } }
  | { seq: number; type: 'messages'; data: Backlog }
  | { seq: number; type: 'message'; data: Message }
  | { seq: number; type: 'policy'; data: { revision: number; queues: string[] } }
  | { seq: number; type: 'telephony'; data: { up: boolean } }
  | { seq: number; type: 'alarm'; data: OutboundCall & { kind: 'outbound_refused' } }
