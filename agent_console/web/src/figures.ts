/** The operator's own figures of today, from the calls and cases of today. */
import type { Call, Case } from './model'

export interface OwnFigures {
  answered: number
  talkSeconds: number
  /** Null before the first answered call. */
  averageTalk: number | null
  cases: number
  /** Answered calls that are over and have no case yet. One that was placed about a case owes none. */
  withoutCase: number
}

export function ownFigures(calls: Call[], cases: Case[]): OwnFigures {
  const answered = calls.filter((call) => call.outcome === 'answered')
  const talkSeconds = answered.reduce((sum, call) => sum + call.talk_s, 0)
  const recorded = new Set(cases.map((item) => item.call))
  return {
    answered: answered.length,
    talkSeconds,
    averageTalk: answered.length > 0 ? talkSeconds / answered.length : null,
    cases: cases.length,
    withoutCase: answered.filter((call) => owesCase(call) && !recorded.has(call.id)).length,
  }
}

export function owesCase(call: Call): boolean {
  return call.outcome === 'answered' && call.case === null && call.purpose !== 'click_to_call'
}

export interface QueueTotals {
  waiting: number
  longestSince: string | null
  signedIn: number
  ready: number
  talking: number
}

type QueueFigures = { waiting: number; longest_since: string | null; signed_in: number; ready: number; talking: number }

export function queueTotals(queues: QueueFigures[]): QueueTotals {
  const sinces = queues.map((queue) => queue.longest_since).filter((since) => since !== null)
  // The same operators may serve several queues: their number is not a sum.
  const most = (pick: (queue: QueueFigures) => number) => Math.max(0, ...queues.map(pick))
  return {
    waiting: queues.reduce((sum, queue) => sum + queue.waiting, 0),
    longestSince: sinces.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null,
    signedIn: most((queue) => queue.signed_in),
    ready: most((queue) => queue.ready),
    talking: most((queue) => queue.talking),
  }
}
