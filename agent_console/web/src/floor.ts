/**
 * The floor as a supervisor sees it: every queue, operator and running call, kept by the live socket. Who is a member
 * and not signed in, the API tells.
 */
import { common, NOTHING, type Shared } from './frames'
import type { Call, Frame, Operator, OutboundCall, Supervision } from './model'
import type { Link } from './state'

/** `saved`, `policy` and `snapshots` say that lists which the API keeps may have changed. */
export interface Floor extends Shared {
  link: Link
  /** By login: all members, and who else is signed in. */
  operators: ReadonlyMap<string, Operator>
  /** By login: whoever was told of, also who is no operator, as a supervisor with his telephone. */
  seen: ReadonlyMap<string, Operator>
  /** By id: those that run. */
  calls: ReadonlyMap<string, Call>
  /** Calls outside that were refused and that nobody here has noted yet, the newest first. */
  alarms: readonly OutboundCall[]
  /** By supervisor: who is at whose talk. */
  watches: ReadonlyMap<string, Supervision>
  /** By supervisor: why he was last at a talk no more, until he is at another. */
  left: ReadonlyMap<string, Supervision>
}

/** More than these nobody reads; the list has them all. */
const ALARMS = 100

export type Action =
  | { kind: 'frame'; frame: Frame; at: number }
  | { kind: 'link'; link: Link }
  | { kind: 'members'; members: Operator[] }
  | { kind: 'noted' }

export const EMPTY: Floor = {
  ...NOTHING,
  link: 'connecting',
  operators: new Map(),
  seen: new Map(),
  calls: new Map(),
  alarms: [],
  watches: new Map(),
  left: new Map(),
}

export function reduce(floor: Floor, action: Action): Floor {
  switch (action.kind) {
    case 'frame':
      return apply(floor, action.frame, action.at)
    case 'link':
      return { ...floor, link: action.link }
    case 'members':
      return { ...floor, operators: withMembers(floor.operators, action.members) }
    case 'noted':
      return { ...floor, alarms: [] }
  }
}

function apply(floor: Floor, frame: Frame, at: number): Floor {
  const next = common(floor, frame, at)
  if (next === floor) return floor
  switch (frame.type) {
    case 'snapshot':
      return {
        ...next,
        operators: new Map((frame.data.operators ?? []).map((one) => [one.login, one])),
        seen: new Map([...(frame.data.operator ? [frame.data.operator] : []), ...(frame.data.operators ?? [])].map((one) => [one.login, one])),
        calls: new Map((frame.data.calls ?? []).map((one) => [one.id, one])),
        watches: new Map((frame.data.watches ?? []).map((one) => [one.supervisor, one])),
      }
    case 'operator':
      return {
        ...next,
        operators: isOperator(floor, frame.data) ? new Map(floor.operators).set(frame.data.login, frame.data) : floor.operators,
        seen: new Map(floor.seen).set(frame.data.login, frame.data),
      }
    case 'call':
      return { ...next, calls: withCall(floor.calls, frame.data) }
    case 'watch':
      return { ...next, ...withWatch(floor, frame.data) }
    case 'alarm':
      // Other kinds may come: a newer server's are none that this page has words for.
      return frame.data.kind === 'outbound_refused' ? { ...next, alarms: [frame.data, ...floor.alarms].slice(0, ALARMS) } : next
    default:
      return next
  }
}

function withCall(calls: ReadonlyMap<string, Call>, call: Call): Map<string, Call> {
  const after = new Map(calls)
  if (call.state === 'ended' || call.state === 'owed') after.delete(call.id)
  else after.set(call.id, call)
  return after
}

/** Who is not signed in, serves nothing and was none before is a supervisor whose telephone came or went. */
function isOperator(floor: Floor, one: Operator): boolean {
  return one.state !== 'offline' || one.queues.length > 0 || floor.operators.has(one.login)
}

function withWatch(floor: Floor, watch: Supervision): Pick<Floor, 'watches' | 'left'> {
  const watches = new Map(floor.watches)
  const left = new Map(floor.left)
  if (watch.state === 'over') {
    watches.delete(watch.supervisor)
    left.set(watch.supervisor, watch)
  } else {
    watches.set(watch.supervisor, watch)
    left.delete(watch.supervisor)
  }
  return { watches, left }
}

/** The talks that run, and the citizens who were given to a number outside, also while it rings; the longest first. */
export function talks(calls: Iterable<Call>): Call[] {
  const since = (call: Call) => Date.parse(call.answered_at ?? call.arrived_at)
  return [...calls]
    .filter((call) => (call.state === 'talking' && call.operator !== null) || call.state === 'forwarded')
    .sort((a, b) => since(a) - since(b) || a.id.localeCompare(b.id))
}

/** Who is signed in and who is not, the socket knows better than an answer that was under way meanwhile. */
function withMembers(known: ReadonlyMap<string, Operator>, members: Operator[]): Map<string, Operator> {
  const after = new Map([...known].filter(([, one]) => one.state !== 'offline'))
  for (const one of members) {
    const before = known.get(one.login)
    if (before?.state === 'offline') {
      const { name, queues, skills } = one
      after.set(one.login, { ...before, name, queues, skills, asked: null, asked_title: '' })
    } else if (!before) after.set(one.login, one)
  }
  return after
}

/** Who needs a word first: he asks for a pause, has been away too long, then those at work, then those who are not. */
const ORDER = ['talking', 'ringing', 'wrap_up', 'ready', 'paused', 'offline'] as const

export function inOrder(operators: Iterable<Operator>): Operator[] {
  const weight = (one: Operator) => (one.asked !== null ? -2 : one.overdue ? -1 : ORDER.indexOf(one.state))
  return [...operators].sort((a, b) => weight(a) - weight(b) || a.login.localeCompare(b.login))
}

export interface Waiting {
  call: Call
  /** From 1 in his queue; null while a phone rings for him. */
  place: number | null
}

/** Those who wait or are being offered, in the order in which they are next. */
export function waiting(calls: Iterable<Call>): Waiting[] {
  const places = new Map<string | null, number>()
  const turn = (call: Call) => Date.parse(call.turn ?? call.queued_at ?? call.arrived_at)
  return [...calls]
    .filter((call) => call.state === 'waiting' || call.state === 'ringing')
    .sort((a, b) => Number(a.state === 'waiting') - Number(b.state === 'waiting') || turn(a) - turn(b) || a.id.localeCompare(b.id))
    .map((call) => {
      if (call.state === 'ringing') return { call, place: null }
      const place = (places.get(call.queue) ?? 0) + 1
      places.set(call.queue, place)
      return { call, place }
    })
}
