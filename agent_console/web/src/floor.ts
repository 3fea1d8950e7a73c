/**
 * The floor as a supervisor sees it: every queue, operator and running call, kept by the live socket. Who is a member
 * and not signed in, the API tells.
 */
import type { Call, Frame, Operator, Queue } from './model'
import { withQueue, type Link } from './state'

export interface Floor {
  seq: number | null
  link: Link
  queues: Queue[]
  /** By login: all members, and who else is signed in. */
  operators: ReadonlyMap<string, Operator>
  /** By id: those that run. */
  calls: ReadonlyMap<string, Call>
  telephony: boolean
  /** These three say that lists which the API keeps may have changed. */
  saved: number
  policy: number
  snapshots: number
  /** Server clock minus browser clock, milliseconds. */
  skew: number
}

export type Action =
  | { kind: 'frame'; frame: Frame; at: number }
  | { kind: 'link'; link: Link }
  | { kind: 'members'; members: Operator[] }

export const EMPTY: Floor = {
  seq: null,
  link: 'connecting',
  queues: [],
  operators: new Map(),
  calls: new Map(),
  telephony: true,
  saved: 0,
  policy: 0,
  snapshots: 0,
  skew: 0,
}

export function reduce(floor: Floor, action: Action): Floor {
  switch (action.kind) {
    case 'frame':
      return apply(floor, action.frame, action.at)
    case 'link':
      return { ...floor, link: action.link }
    case 'members':
      return { ...floor, operators: withMembers(floor.operators, action.members) }
  }
}

function apply(floor: Floor, frame: Frame, at: number): Floor {
  // A frame already seen may come again after a return with `since`; a snapshot always counts.
  if (frame.type !== 'snapshot' && floor.seq !== null && frame.seq <= floor.seq) return floor
  const next = { ...floor, seq: frame.seq }
  switch (frame.type) {
    case 'snapshot':
      return {
        ...next,
        queues: frame.data.queues,
        operators: new Map((frame.data.operators ?? []).map((one) => [one.login, one])),
        calls: new Map((frame.data.calls ?? []).map((one) => [one.id, one])),
        telephony: frame.data.telephony,
        skew: Date.parse(frame.data.now) - at,
        snapshots: floor.snapshots + 1,
      }
    case 'operator':
      return { ...next, operators: new Map(floor.operators).set(frame.data.login, frame.data) }
    case 'call':
      return { ...next, calls: withCall(floor.calls, frame.data) }
    case 'queue':
      return { ...next, queues: withQueue(floor.queues, frame.data) }
    case 'saved':
      return { ...next, saved: floor.saved + 1 }
    case 'policy':
      return { ...next, policy: frame.data.revision, queues: floor.queues.filter((one) => frame.data.queues.includes(one.name)) }
    case 'telephony':
      return { ...next, telephony: frame.data.up }
    default:
      // A newer server may say things this page does not know.
      return next
  }
}

function withCall(calls: ReadonlyMap<string, Call>, call: Call): Map<string, Call> {
  const after = new Map(calls)
  if (call.state === 'ended') after.delete(call.id)
  else after.set(call.id, call)
  return after
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
