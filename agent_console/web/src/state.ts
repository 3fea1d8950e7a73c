/**
 * The one state of the operator's page and its one reducer.
 *
 * Facts come from two sides: frames of the live socket (what the server knows)
 * and the softphone (what this browser hears). The telephone outlives the
 * server, so while the live socket is down the softphone alone decides what
 * the call panel shows.
 */
import { common, NOTHING, type Shared } from './frames'
import type { Call, EndOfOffer, ForwardFailed, Frame, Operator, PartyEnded, Purpose, Watched } from './model'
import { endedAfter, failedAfter, isParty, musicSince } from './talk'

/** `replaced`: opened elsewhere. `signed_out`: the session is over. */
export type Link = 'connecting' | 'open' | 'lost' | 'replaced' | 'signed_out'
/** `desk`: not in this page but on his desk. */
export type Phone = 'off' | 'connecting' | 'registered' | 'lost' | 'desk'

/** The SIP session in this page. */
export interface Leg {
  call: string | null
  caller: string
  phase: 'ringing' | 'answering' | 'talking'
  muted: boolean
  /** Milliseconds of this browser's clock at which the phase began. */
  since: number
}

/** `by`: who took it, of one that was taken. `purpose`: of a call that we placed, what for. */
export type EndedOffer = EndOfOffer & { caller: string; purpose: Purpose | null; at: number }

export interface State extends Shared {
  link: Link
  phone: Phone
  leg: Leg | null
  operator: Operator | null
  /** His call now, or the last one he had; also one of which he is asked. */
  call: Call | null
  /** Since when its citizen hears music without a break. */
  music: string | null
  /** The end of the second party that nobody has answered to yet. */
  partyEnded: PartyEnded | null
  /** A citizen whom he gave to a number outside, who waits again as nobody has him there, until it is read. */
  forwardFailed: ForwardFailed | null
  messagesOpen: number
  /** Whether citizens can be called at all. */
  callsOut: boolean
  endedOffer: EndedOffer | null
  /** The call of which the server last said that it is not this operator's any more. */
  over: string | null
  /** Which supervisors may be heard in his talk. */
  watched: readonly Watched[]
}

export type Action =
  | { kind: 'frame'; frame: Frame; at: number }
  | { kind: 'link'; link: Link }
  | { kind: 'phone'; phone: Phone }
  | { kind: 'leg'; leg: Leg | null }
  | { kind: 'over'; call: string }
  | { kind: 'note_read' }
  | { kind: 'party_read' }
  | { kind: 'forward_read' }

export const INITIAL: State = {
  ...NOTHING,
  link: 'connecting',
  phone: 'off',
  leg: null,
  operator: null,
  call: null,
  music: null,
  partyEnded: null,
  forwardFailed: null,
  messagesOpen: 0,
  callsOut: false,
  endedOffer: null,
  over: null,
  watched: [],
}

export function reduce(state: State, action: Action): State {
  switch (action.kind) {
    case 'frame':
      return apply(state, action.frame, action.at)
    case 'link':
      return { ...state, link: action.link }
    case 'phone':
      return { ...state, phone: action.phone }
    case 'leg':
      return {
        ...state,
        leg: action.leg,
        endedOffer: action.leg ? null : state.endedOffer,
        over: action.leg?.phase === 'ringing' ? null : state.over,
      }
    case 'over':
      return { ...state, over: action.call }
    case 'note_read':
      return { ...state, endedOffer: null }
    case 'party_read':
      return { ...state, partyEnded: null }
    case 'forward_read':
      return { ...state, forwardFailed: null }
  }
}

function apply(state: State, frame: Frame, at: number): State {
  const next = common(state, frame, at)
  if (next === state) return state
  switch (frame.type) {
    case 'snapshot':
      return {
        ...next,
        ...withCall(state, frame.data.call),
        operator: frame.data.operator,
        over: overAfter(null, frame.data.operator, frame.data.call),
        messagesOpen: frame.data.messages_open,
        callsOut: frame.data.calls_out ?? false,
        watched: frame.data.watched ?? [],
      }
    case 'operator':
      if (state.call && consulted(state) && frame.data.call !== state.call.id) {
        // Of a call of which he is not asked any more nothing else is told.
        return { ...next, ...withCall(state, null), operator: frame.data, over: state.call.id }
      }
      return { ...next, operator: frame.data, over: overAfter(state.over, frame.data, null) }
    case 'call':
      return { ...next, ...withCall(state, callAfter(state, frame.data)), over: overAfter(state.over, state.operator, frame.data) }
    case 'party_ended':
      return { ...next, partyEnded: frame.data }
    case 'forward_failed':
      return { ...next, forwardFailed: frame.data }
    case 'offer_ended':
      return {
        ...next,
        ...withCall(state, state.call?.id === frame.data.call ? null : state.call),
        over: frame.data.call,
        endedOffer: {
          ...frame.data,
          caller: state.call?.id === frame.data.call ? state.call.caller : '',
          purpose: state.call?.id === frame.data.call ? state.call.purpose ?? null : null,
          at,
        },
      }
    case 'watched': {
      const others = state.watched.filter((one) => one.supervisor !== frame.data.supervisor)
      return { ...next, watched: frame.data.mode === '' ? others : [...others, frame.data] }
    }
    case 'messages':
      return { ...next, messagesOpen: frame.data.open }
    default:
      return next
  }
}

/** The call, and what follows from it and from the one before. */
function withCall(state: State, call: Call | null): Pick<State, 'call' | 'music' | 'partyEnded' | 'forwardFailed'> {
  return {
    call,
    music: musicSince(state.call, state.music, call),
    partyEnded: endedAfter(state.partyEnded, state.call, call),
    forwardFailed: failedAfter(state.forwardFailed, call),
  }
}

/** Is this operator asked, in the call that this page shows, and the citizen another's? */
export function consulted(state: State): boolean {
  return state.call !== null && isParty(state.call, state.operator?.login)
}

/** Is this call with this operator, and not back in the queue or with somebody else? He may also be asked in it. */
function isHis(state: State, call: Call): boolean {
  const login = state.operator?.login
  if (isParty(call, login)) return true
  return call.operator === null ? call.state === 'ringing' : call.operator === login
}

function callAfter(state: State, call: Call): Call | null {
  const same = state.call?.id === call.id
  if (isHis(state, call)) {
    // Late news of an earlier call must not push the present one off the panel.
    const busy = state.call !== null && state.call.state !== 'ended'
    return !same && busy && call.state === 'ended' ? state.call : call
  }
  // Who gave him away, or lost him to a supervisor, writes: the form of the call stays his until he has done. That he writes
  // may be told after that the citizen is another's.
  const presence = state.operator?.call === call.id ? state.operator.state : null
  if (same && (presence === 'wrap_up' || (presence === 'talking' && call.transferred_by === state.operator?.login))) return call
  return same ? null : state.call
}

function overAfter(over: string | null, operator: Operator | null, call: Call | null): string | null {
  if (call?.state === 'ended') return call.id
  // He writes of it: the citizen was given to somebody else, or is gone.
  if (operator?.state === 'wrap_up' && operator.call !== null) return operator.call
  const busy = operator?.state === 'ringing' || operator?.state === 'talking'
  return busy && operator.call === over ? null : over
}

/** `dialling`: the telephone of a citizen is rung, and this page's is on the line already or takes it by itself. */
export type Phase = 'idle' | 'ringing' | 'dialling' | 'talking' | 'wrap_up'

/** Is a citizen being called by this page's telephone? Then it takes the ring that begins it by itself. */
export function dials({ link, leg, call, operator }: State): boolean {
  if (link !== 'open' || call?.state !== 'dialling' || operator?.state !== 'ringing') return false
  return leg === null || leg.call === null || leg.call === call.id
}

/** What the call panel shows. The ear is right before the server is. */
export function phase(state: State): Phase {
  if (dials(state) && state.leg?.phase !== 'ringing') return 'dialling'
  if (state.leg) return state.leg.phase === 'talking' ? 'talking' : 'ringing'
  const presence = state.operator?.state
  const heard = state.link === 'open'
  if (presence === 'ringing') return heard ? 'ringing' : 'idle'
  // The line went silent while the server was away: the talk is over, the form stays open.
  if (presence === 'talking') return heard || state.phone === 'desk' ? 'talking' : 'wrap_up'
  if (presence === 'wrap_up') return 'wrap_up'
  return 'idle'
}

/** Does anybody wait in a queue of this operator? */
export function anyWaits({ queues, operator }: State): boolean {
  return queues.some((one) => one.waiting > 0 && operator?.queues.includes(one.name))
}

/** The server says "talking" and this page hears nothing: the caller is on hold music. */
export function lineBroken(state: State): boolean {
  if (consulted(state)) return false
  return state.operator?.state === 'talking' && state.leg === null && state.link === 'open' && state.phone !== 'desk'
}

/**
 * The server says that the call of this page's leg is not with this operator any more. The telephone should have said so
 * first; its word may have gone to a websocket that was lost.
 */
export function legOver(state: State): boolean {
  return state.link === 'open' && state.leg !== null && state.leg.call !== null && state.leg.call === state.over
}

/** The call the panel is about, also when only the softphone knows of it yet. */
export function presentCall(state: State): { id: string | null; caller: string; call: Call | null } | null {
  if (phase(state) === 'idle') return null
  const { leg, call } = state
  if (call && (!leg || leg.call === null || leg.call === call.id)) {
    return { id: call.id, caller: call.caller, call }
  }
  return leg ? { id: leg.call, caller: leg.caller, call: null } : null
}
