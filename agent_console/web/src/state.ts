/**
 * The one state of the operator's page and its one reducer.
 *
 * Facts come from two sides: frames of the live socket (what the server knows)
 * and the softphone (what this browser hears). The telephone outlives the
 * server, so while the live socket is down the softphone alone decides what
 * the call panel shows.
 */
import { common, NOTHING, type Shared } from './frames'
import type { Call, Frame, OfferEnd, Operator, Watched } from './model'

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

export interface EndedOffer {
  call: string
  reason: OfferEnd
  /** Who took it, of one that was taken. */
  by: string
  caller: string
  at: number
}

export interface State extends Shared {
  link: Link
  phone: Phone
  leg: Leg | null
  operator: Operator | null
  /** His call now, or the last one he had. */
  call: Call | null
  messagesOpen: number
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

export const INITIAL: State = {
  ...NOTHING,
  link: 'connecting',
  phone: 'off',
  leg: null,
  operator: null,
  call: null,
  messagesOpen: 0,
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
  }
}

function apply(state: State, frame: Frame, at: number): State {
  const next = common(state, frame, at)
  if (next === state) return state
  switch (frame.type) {
    case 'snapshot':
      return {
        ...next,
        operator: frame.data.operator,
        call: frame.data.call,
        over: overAfter(null, frame.data.operator, frame.data.call),
        messagesOpen: frame.data.messages_open,
        watched: frame.data.watched ?? [],
      }
    case 'operator':
      return { ...next, operator: frame.data, over: overAfter(state.over, frame.data, null) }
    case 'call':
      return { ...next, call: callAfter(state, frame.data), over: overAfter(state.over, state.operator, frame.data) }
    case 'offer_ended':
      return {
        ...next,
        call: state.call?.id === frame.data.call ? null : state.call,
        over: frame.data.call,
        endedOffer: {
          ...frame.data,
          caller: state.call?.id === frame.data.call ? state.call.caller : '',
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

/** Is this call with this operator, and not back in the queue or with somebody else? */
function isHis(state: State, call: Call): boolean {
  const login = state.operator?.login
  return call.operator === null ? call.state === 'ringing' : call.operator === login
}

function callAfter(state: State, call: Call): Call | null {
  const same = state.call?.id === call.id
  if (isHis(state, call)) {
    // Late news of an earlier call must not push the present one off the panel.
    const busy = state.call !== null && state.call.state !== 'ended'
    return !same && busy && call.state === 'ended' ? state.call : call
  }
  // Who gave him away writes: the form of the call stays his until he has done.
  if (same && state.operator?.state === 'wrap_up' && state.operator.call === call.id) return call
  return same ? null : state.call
}

function overAfter(over: string | null, operator: Operator | null, call: Call | null): string | null {
  if (call?.state === 'ended') return call.id
  const busy = operator?.state === 'ringing' || operator?.state === 'talking'
  return busy && operator.call === over ? null : over
}

export type Phase = 'idle' | 'ringing' | 'talking' | 'wrap_up'

/** What the call panel shows. The ear is right before the server is. */
export function phase(state: State): Phase {
  if (state.leg) return state.leg.phase === 'talking' ? 'talking' : 'ringing'
  const presence = state.operator?.state
  const heard = state.link === 'open'
  if (presence === 'ringing') return heard ? 'ringing' : 'idle'
  // The line went silent while the server was away: the talk is over, the form stays open.
  if (presence === 'talking') return heard || state.phone === 'desk' ? 'talking' : 'wrap_up'
  if (presence === 'wrap_up') return 'wrap_up'
  return 'idle'
}

/** The server says "talking" and this page hears nothing: the caller is on hold music. */
export function lineBroken(state: State): boolean {
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
