/** The HTTP API, typed. Every request has a time limit; every refusal is a `Problem`. */
import type {
  Account, Attempt, Call, Case, CaseFields, City, DeskPhoneAccount, Ending, Incidents, ListedMark, ListedMarks,
  LiveTicket, Message, MessageFigures, Mode, Notice, NoticeInput, Offers, Operator, OutboundRow, Page, PauseKind, PickUp, Preview, SoftphoneAccount,
  Text, Texts,
} from './model'
import type { Calendar, Opening } from './calendar'
import type { Library, Look, MenuData, Menus, Sound } from './menus'
import type { Change, Documents, Kind, Stored, Template, TextKind } from './policy'
import type { Attendance, Handover, Handovers, Note, Roster, Shift, ShiftDocument, Turn } from './roster'
import type { Asked, Given, Targets } from './targets'

export interface FieldError {
  field: string
  message: string
}

/** RFC 9457. `status` 0 means that no answer came: `kind` tells why. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly kind: 'refused' | 'unreachable' | 'timeout',
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly body: Readonly<Record<string, unknown>> = {},
    readonly retryAfter: number | null = null,
  ) {
    super(detail || kind)
    this.name = 'Problem'
  }
}

const TIMEOUT_MS = 10_000
/** The telephone can hang up by itself: do not keep a person on the line for a silent server. */
const HANG_UP_TIMEOUT_MS = 2_000
/** A sound is sent and made fit, or a voice is loaded and speaks, one after the other. */
const STUDIO_TIMEOUT_MS = 120_000

let language = 'zh-CN'
let onSessionOver: () => void = () => undefined

export function speak(tag: string): void {
  language = tag
}

/** Called when the server no longer knows our session. */
export function whenSessionOver(handler: () => void): void {
  onSessionOver = handler
}

interface Options {
  body?: unknown
  /** A file, sent as it is in place of `body`. */
  file?: Blob
  /** A 401 is an ordinary answer here, not the end of a session. */
  anonymous?: boolean
  /** The page may be leaving: let the browser finish the request. */
  keepalive?: boolean
  timeout?: number
}

async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = {
    Accept: 'application/json, application/problem+json',
    'Accept-Language': language,
  }
  if (method !== 'GET') headers['X-Requested-With'] = 'hotline'
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.file) headers['Content-Type'] = 'application/octet-stream'

  let response: Response
  let text: string
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: options.file ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      credentials: 'same-origin',
      cache: 'no-store',
      keepalive: options.keepalive ?? false,
      signal: AbortSignal.timeout(options.timeout ?? TIMEOUT_MS),
    })
    text = await response.text()
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError'
    throw new Problem(0, late ? 'timeout' : 'unreachable', '')
  }
  if (response.ok) return (text ? JSON.parse(text) : undefined) as T

  if (response.status === 401 && !options.anonymous) onSessionOver()
  throw problemFrom(response.status, text, response.headers.get('Retry-After'))
}

/** Reads a refusal; a proxy's HTML error page is a refusal too. */
export function problemFrom(status: number, text: string, retryAfter: string | null = null): Problem {
  let body: Record<string, unknown> = {}
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null) body = parsed as Record<string, unknown>
  } catch {
    // Not JSON: the status alone has to do.
  }
  const detail = typeof body.detail === 'string' ? body.detail : typeof body.title === 'string' ? body.title : ''
  const errors = Array.isArray(body.errors) ? body.errors.filter(isFieldError) : []
  const seconds = Number(retryAfter)
  return new Problem(status, 'refused', detail, errors, body, retryAfter !== null && Number.isFinite(seconds) ? seconds : null)
}

function isFieldError(value: unknown): value is FieldError {
  return typeof value === 'object' && value !== null
    && 'field' in value && typeof value.field === 'string'
    && 'message' in value && typeof value.message === 'string'
}

type Query = Record<string, string | number | null | undefined>

function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  return `${path}?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString()}`
}

const at = encodeURIComponent

export const api = {
  city: () => request<City>('GET', '/city', { anonymous: true }),
  phone: () => request<SoftphoneAccount>('POST', '/phone', { body: {}, anonymous: true }),

  signIn: (login: string, password: string) =>
    request<{ account: Account }>('POST', '/sessions', { body: { login, password }, anonymous: true }),
  session: () => request<{ account: Account }>('GET', '/session', { anonymous: true }),
  /** A session that is over already is one signed out of. */
  signOut: () => request<void>('DELETE', '/session', { anonymous: true, keepalive: true }).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.status !== 401) throw error
  }),

  softphone: () => request<SoftphoneAccount | DeskPhoneAccount>('POST', '/softphone', { body: {} }),
  liveTicket: () => request<LiveTicket>('POST', '/live-tickets', { body: {} }),

  presence: (login: string, state: 'ready' | 'paused', kind = '') =>
    request<Operator>('PUT', `/operators/${at(login)}/presence`, { body: { state, kind } }),
  pauses: () => request<Page<{ data: PauseKind }>>('GET', withQuery('/policy/pauses', { limit: 200 })),
  finishWrapUp: (login: string) =>
    request<Operator>('POST', `/operators/${at(login)}/wrap-up/finish`, { body: {} }),
  hangUp: (call: string) =>
    request<unknown>('POST', `/calls/${at(call)}/hangup`, { body: {}, timeout: HANG_UP_TIMEOUT_MS }),

  transferTargets: (call: string) => request<Targets>('GET', `/calls/${at(call)}/transfer-targets`),
  transfer: (call: string, given: Given) => request<unknown>('POST', `/calls/${at(call)}/transfer`, { body: given }),
  control: (call: string, deed: 'hold' | 'resume' | 'return' | 'join' | 'complete') =>
    request<unknown>('POST', `/calls/${at(call)}/${deed}`, { body: {} }),
  consult: (call: string, asked: Asked) => request<unknown>('POST', `/calls/${at(call)}/consult`, { body: asked }),

  pickUps: () => request<{ items: PickUp[] }>('GET', '/pick-ups'),
  pickUp: (call: string) => request<unknown>('POST', `/calls/${at(call)}/pick-up`, { body: {} }),
  supervise: (call: string, mode: Mode) => request<unknown>('POST', `/calls/${at(call)}/supervise`, { body: { mode } }),
  leaveTalk: (call: string) => request<unknown>('DELETE', `/calls/${at(call)}/supervise`),
  takeOverTalk: (call: string) => request<unknown>('POST', `/calls/${at(call)}/take-over`, { body: {} }),

  markNuisance: (call: string, note: string) =>
    request<ListedMark>('POST', `/calls/${at(call)}/nuisance`, { body: { note } }),

  accounts: () => request<Page<Account>>('GET', '/accounts'),
  colleagues: () => request<Page<Pick<Account, 'login' | 'name'>>>('GET', '/colleagues'),
  operators: () => request<Page<Operator>>('GET', '/operators'),
  decidePause: (login: string, word: 'grant' | 'deny') =>
    request<Operator>('POST', `/operators/${at(login)}/pause/${word}`, { body: {} }),
  offers: (login: string) => request<Offers>('GET', withQuery(`/operators/${at(login)}/offers`, { day: 'today', limit: 200 })),
  nuisances: () => request<ListedMarks>('GET', withQuery('/marks', { kind: 'nuisance' })),
  releaseMark: (number: string) => request<void>('DELETE', `/policy/marks/${at(number)}`),
  incidents: () => request<Incidents>('GET', '/incidents'),
  notices: () => request<Page<Notice>>('GET', '/notices'),
  publishNotice: (notice: NoticeInput) => request<Notice>('POST', '/notices', { body: notice }),
  withdrawNotice: (id: string) => request<void>('DELETE', `/notices/${at(id)}`),

  calls: (query: Query) => request<Page<Call>>('GET', withQuery('/calls', query)),
  call: (id: string) => request<Call>('GET', `/calls/${at(id)}`),
  messages: (query: Query) => request<Page<Message>>('GET', withQuery('/messages', query)),
  messageFigures: () => request<MessageFigures>('GET', '/messages/figures'),
  message: (number: string) => request<Message>('GET', `/messages/${at(number)}`),
  dialMessage: (number: string) => request<{ call: string }>('POST', `/messages/${at(number)}/dial`, { body: {} }),
  dialCase: (number: string) => request<{ call: string }>('POST', `/cases/${at(number)}/dial`, { body: {} }),
  takeMessage: (number: string) => request<Message>('POST', `/messages/${at(number)}/take`, { body: {} }),
  releaseMessage: (number: string) => request<Message>('POST', `/messages/${at(number)}/release`, { body: {} }),
  reopenMessage: (number: string) => request<Message>('POST', `/messages/${at(number)}/reopen`, { body: {} }),
  tryMessage: (number: string, result: Attempt, note: string, seen: number) =>
    request<Message>('POST', `/messages/${at(number)}/attempts`, { body: { result, note, seen } }),
  closeMessage: (number: string, ending: Ending, note: string, item: string | null) =>
    request<Message>('POST', `/messages/${at(number)}/close`, { body: { ending, note, case: item } }),

  documents: <K extends Kind>(kind: K, query: Query) =>
    request<Page<Stored<Documents[K]>>>('GET', withQuery(`/policy/${kind}`, query)),
  putDocument: <K extends Kind>(kind: K, key: string, data: Documents[K], version: number | null) =>
    request<Stored<Documents[K]>>('PUT', `/policy/${kind}/${at(key)}`, { body: { data, version } }),
  dropDocument: (kind: Kind, key: string, version: number | null) =>
    request<void>('DELETE', withQuery(`/policy/${kind}/${at(key)}`, { version })),
  calendar: () => request<Calendar>('GET', '/calendar'),
  opening: (hours: readonly string[]) =>
    request<Opening>('GET', `/opening?${new URLSearchParams(hours.map((rule) => ['hours', rule])).toString()}`),
  policyChanges: (query: Query) => request<Page<Change>>('GET', withQuery('/policy-changes', query)),

  prompts: () => request<Library>('GET', '/prompts'),
  uploadSound: (file: Blob) => request<Sound>('POST', '/prompts/sounds', { file, timeout: STUDIO_TIMEOUT_MS }),
  speakSound: (text: string, voice: string, speed: number) =>
    request<Sound>('POST', '/prompts/sounds/speech', { body: { text, voice, speed }, timeout: STUDIO_TIMEOUT_MS }),
  menus: () => request<Menus>('GET', '/menus'),
  lookAtMenu: (data: MenuData) => request<Look>('POST', '/menus/look', { body: data }),
  putMenu: (kind: 'menus' | 'drafts', data: MenuData, version: number | null) =>
    request<Stored<MenuData>>('PUT', `/policy/${kind}/${at(data.name)}`, { body: { data, version } }),
  dropMenu: (kind: 'menus' | 'drafts', name: string, version: number) =>
    request<void>('DELETE', withQuery(`/policy/${kind}/${at(name)}`, { version })),

  outbound: (query: Query) => request<Page<OutboundRow>>('GET', withQuery('/outbound', query)),
  texts: (query: Query) => request<Texts>('GET', withQuery('/texts', query)),
  resendText: (id: string) => request<Text>('POST', `/texts/${at(id)}/resend`, { body: {} }),
  templates: () =>
    request<{ items: Stored<Template>[]; placeholders: Record<TextKind, Record<string, string>> }>('GET', '/texts/templates'),
  previewText: (name: TextKind, words: string) => request<Preview>('POST', '/texts/preview', { body: { name, words } }),

  roster: (from: string | null) => request<Roster>('GET', withQuery('/roster', { from })),
  setDuty: (turn: Turn, logins: string[], needed: number) =>
    request<Turn>('PUT', `/roster/${turn.day}/${at(turn.shift)}`, { body: { logins, needed, version: turn.version } }),
  copyRoster: (from: string, to: string, days: number, overwrite: boolean) =>
    request<Roster>('POST', '/roster/copy', { body: { from, to, days, overwrite } }),
  shifts: () => request<Page<ShiftDocument>>('GET', withQuery('/policy/shifts', { limit: 200 })),
  putShift: (shift: Shift, version: number | null) =>
    request<ShiftDocument>('PUT', `/policy/shifts/${at(shift.name)}`, { body: { data: shift, version } }),
  dropShift: (name: string, version: number) =>
    request<void>('DELETE', withQuery(`/policy/shifts/${at(name)}`, { version })),
  attendance: () => request<Attendance>('GET', '/attendance'),
  handovers: () => request<Handovers>('GET', '/handovers'),
  handOver: (note: Note) => request<Handover>('POST', '/handovers', { body: note }),
  takeOver: (id: string) => request<Handover>('POST', `/handovers/${at(id)}/take`, { body: {} }),

  cases: (query: Query) => request<Page<Case>>('GET', withQuery('/cases', query)),
  case: (number: string) => request<Case>('GET', `/cases/${at(number)}`),
  createCase: (call: string, fields: CaseFields) =>
    request<Case>('POST', '/cases', { body: { ...fields, call } }),
  updateCase: (number: string, fields: CaseFields, version: number) =>
    request<Case>('PUT', `/cases/${at(number)}`, { body: { ...fields, version } }),
}
