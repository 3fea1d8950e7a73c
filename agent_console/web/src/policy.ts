/** Documents that an administrator or supervisor changes, as the server keeps them. Times are seconds, of waiting or since 1970 UTC. */
import type { DayKind } from './calendar'
import type { Account } from './model'
import { AT_A_SEAT } from './session'

export const STRATEGIES = ['longest_idle', 'fewest_calls', 'round_robin', 'ring_all'] as const
export const OVERFLOWS = ['message', 'queue', 'number', 'call_back'] as const
export const MARKS = ['special_care', 'nuisance'] as const
export const CONTACTS = ['police', 'department', 'interpreter', 'platform', 'other'] as const

export interface Overflow {
  kind: (typeof OVERFLOWS)[number]
  target: string
}

export interface Step {
  after_s: number
  level: number
}

export interface Need {
  skill: string
  steps: Step[]
}

export interface Queue {
  name: string
  title: string
  strategy: (typeof STRATEGIES)[number]
  ring_s: number
  wrap_up_s: number
  reconnect_s: number
  prefer_s: number
  head_start_s: number
  answer_within_s: number
  answer_share: number
  needs: Need[]
  hours: string[]
  max_length: number
  nobody_wait_s: number
  max_wait_s: number
  when_closed: Overflow
  when_full: Overflow
  when_nobody: Overflow
  when_waited: Overflow
  announce_every_s: number
  comfort: string[]
}

export interface Line {
  number: string
  title: string
  tag: string
  queue: string
  greeting: string
  menu: string
  survey: string
  diverted_from: string
}

export interface Skill {
  name: string
  title: string
}

export interface Member {
  login: string
  queues: string[]
  skills: Record<string, number>
}

export interface Pause {
  name: string
  title: string
  limit_s: number
  approval: boolean
  at_once: number
}

export interface Mark {
  number: string
  kind: (typeof MARKS)[number]
  note: string
  until: number | null
}

export interface Area {
  name: string
  prefixes: string[]
}

/** Whom operators speak to outside, by number. */
export interface Contact {
  name: string
  title: string
  number: string
  kind: (typeof CONTACTS)[number]
}

/** Numbers that may be dialled: `X` is any digit, `.` at the end further ones, `+` at the beginning abroad. */
export interface Destination {
  pattern: string
  title: string
}

export const TEXTS = ['message', 'call_back', 'case'] as const
export type TextKind = (typeof TEXTS)[number]

export interface Template {
  name: TextKind
  words: string
  on: boolean
}

export interface OptOut {
  number: string
  note: string
}

/** `hours`: spans of that day, `closed` alone where nobody is there, none where the rules hold. */
export interface SpecialDay {
  date: string
  title: string
  kind: DayKind
  hours: string[]
}

export interface Rules {
  default_queue: string
  urgent_s: number
  special_care_s: number
  returned_s: number
  returned_within_s: number
  nuisance_s: number
  nuisance_calls: number
  nuisance_within_s: number
  nuisance_talk_s: number
  nuisance_for_s: number
  call_back_s: number
  call_back_tries: number
  call_back_retry_s: number
  call_back_begins: string
  call_back_ends: string
  missed_after_s: number
  outbound_per_hour: number
  outbound_per_operator: number
  outbound_per_number: number
  quiet_begins: string
  quiet_ends: string
}

/** A prompt of the city's own. `sound`: the SHA-256 of what is heard; `voice`: of the speech model, "" where a person speaks. */
export interface PromptData {
  name: string
  text: string
  sound: string
  voice: string
}

export interface Documents {
  queues: Queue
  lines: Line
  skills: Skill
  members: Member
  pauses: Pause
  marks: Mark
  areas: Area
  days: SpecialDay
  contacts: Contact
  destinations: Destination
  rules: Rules
  texts: Template
  optouts: OptOut
  prompts: PromptData
}

export type Kind = keyof Documents
export type Data = Documents[Kind]

/** Which field names a document; the rules are one document, named as their kind. */
export const KEYS: Record<Kind, string> = {
  queues: 'name', lines: 'number', skills: 'name', members: 'login', pauses: 'name', marks: 'number', areas: 'name', days: 'date', rules: '',
  contacts: 'name', destinations: 'pattern',
  texts: 'name', optouts: 'number', prompts: 'name',
}

export interface Stored<T = Data> {
  key: string
  version: number
  changed_at: string
  changed_by: string
  data: T
}

/** Why a document cannot be sent under this name: it stands in the address. */
export type KeyFault = 'empty' | 'slash'

export function keyFault(key: string): KeyFault | null {
  if (key === '') return 'empty'
  return key.includes('/') ? 'slash' : null
}

/** The document of this key as it was seen last; null where it was not. */
export function lastSeen<T>(key: string, seen: readonly Stored<T>[]): Stored<T> | null {
  return seen.filter((one) => one.key === key).sort((a, b) => b.version - a.version)[0] ?? null
}

export interface Change {
  revision: number
  at: string
  who: string
  origin: string
  kind: string
  key: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

/** Without the drafts that ended because what they said was published: nobody took those away. */
export function withoutPublished(changes: readonly Change[]): Change[] {
  const sameOf = (one: Change, data: object): string => JSON.stringify([one.key, one.who, Math.floor(Date.parse(one.at) / 1000), data])
  const published = new Set(changes.flatMap((one) => (one.kind === 'menus' && one.after ? [sameOf(one, one.after)] : [])))
  return changes.filter((one) => one.kind !== 'drafts' || one.after !== null || one.before === null || !published.has(sameOf(one, one.before)))
}

/** Who can be given queues, or has some: in the order of the logins. */
export function crew(accounts: readonly Account[], members: readonly Stored<Member>[]): string[] {
  const seated = accounts.filter((one) => AT_A_SEAT.includes(one.role)).map((one) => one.login)
  return [...new Set([...seated, ...members.map((one) => one.key)])].sort()
}

const message = (): Overflow => ({ kind: 'message', target: '' })

/** A new document of each kind, with the values that are usual. */
export const BLANK: { [K in Kind]: () => Documents[K] } = {
  queues: () => ({
    name: '', title: '', strategy: 'longest_idle', ring_s: 20, wrap_up_s: 60, reconnect_s: 20, prefer_s: 0, head_start_s: 0,
    answer_within_s: 15, answer_share: 0.8, needs: [], hours: [], max_length: 0, nobody_wait_s: 12, max_wait_s: 600,
    when_closed: message(), when_full: message(), when_nobody: message(), when_waited: message(),
    announce_every_s: 30, comfort: ['waiting'],
  }),
  lines: () => ({ number: '', title: '', tag: '', queue: '', greeting: 'greeting', diverted_from: '', menu: '', survey: '' }),
  skills: () => ({ name: '', title: '' }),
  members: () => ({ login: '', queues: [], skills: {} }),
  pauses: () => ({ name: '', title: '', limit_s: 0, approval: false, at_once: 0 }),
  marks: () => ({ number: '', kind: 'special_care', note: '', until: null }),
  areas: () => ({ name: '', prefixes: [] }),
  days: () => ({ date: '', title: '', kind: 'holiday', hours: [] }),
  contacts: () => ({ name: '', title: '', number: '', kind: 'department' }),
  destinations: () => ({ pattern: '', title: '' }),
  rules: () => ({
    default_queue: 'main', urgent_s: 600, special_care_s: 180, returned_s: 300, returned_within_s: 1800, nuisance_s: 3600,
    nuisance_calls: 6, nuisance_within_s: 600, nuisance_talk_s: 5, nuisance_for_s: 86400,
    call_back_s: 3600, call_back_tries: 3, call_back_retry_s: 600, call_back_begins: '08:00', call_back_ends: '21:00', missed_after_s: 5,
    outbound_per_hour: 300, outbound_per_operator: 30, outbound_per_number: 4,
    quiet_begins: '21:00', quiet_ends: '08:00',
  }),
  texts: () => ({ name: 'message', words: '', on: true }),
  optouts: () => ({ number: '', note: '' }),
  prompts: () => ({ name: '', text: '', sound: '', voice: '' }),
}

export interface Difference {
  field: string
  before: unknown
  after: unknown
}

/** The fields in which two documents differ, in the order of the newer one; where one is missing, all of the other. */
export function differences(before: object | null, after: object | null): Difference[] {
  const was = (before ?? {}) as Record<string, unknown>, is = (after ?? {}) as Record<string, unknown>
  return [...new Set([...Object.keys(is), ...Object.keys(was)])]
    .filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]))
    .map((field) => ({ field, before: was[field], after: is[field] }))
}

/** The rules that a person typed, one a line. */
export function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '')
}
