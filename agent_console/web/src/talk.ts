/**
 * A talk of three: the citizen, the operator who has him (the holder), and a second party who is rung, asked or joined.
 *
 * Who is heard where, and what whoever sits at this page may do now. Nothing here keeps anything: all of it follows from
 * what the live socket tells.
 */
import { secondsSince } from './clock'
import type { Call, CallTalk, ForwardFailed, Operator, PartyEnded, TalkState } from './model'
import type { Phase } from './state'

/** Is this operator the one who is asked, and the citizen with somebody else? */
export function isParty(call: Call, login: string | undefined): boolean {
  const party = call.talk?.party
  return party?.kind === 'operator' && party.name === login && call.operator !== login
}

/**
 * How the citizen went from one to another, as `me` sees it. `from`: whoever had him before; `to`: who has him now, a login
 * or a number; `took`: a supervisor, who has him now, took him over; `waits`: nobody has him yet; `back`: nobody took him, and
 * he is mine again.
 */
export interface Passed {
  how: 'from' | 'to' | 'took' | 'waits' | 'back'
  who: string
}

export function passed(call: Call, me: string): Passed | null {
  if (!call.transferred_by) return null
  if (call.transferred_by !== me) return { how: 'from', who: call.transferred_by }
  if (call.operator === me && call.state !== 'ended') return { how: 'back', who: '' }
  const who = call.state === 'forwarded' ? call.forwarded_to : call.operator === me ? '' : call.operator ?? ''
  if (who) return { how: call.taken_over ? 'took' : 'to', who }
  return call.state === 'ended' ? null : { how: 'waits', who: '' }
}

/** The citizen is with somebody else for so long that whoever has him should go back to him. */
export const LONG_MUSIC_S = 60

/** Seconds that the citizen has heard music: without a break, and in this talk altogether; null while he hears none. `now`: of the server's clock. */
export function musicHeard(call: Call | null, music: string | null, now: number): { since: number; all: number } | null {
  if (!call?.talk || music === null) return null
  return { since: secondsSince(music, now), all: call.talk.held_s + secondsSince(call.talk.since, now) }
}

const MUSIC: readonly (TalkState | undefined)[] = ['held', 'calling', 'consulting']

/** The citizen of this call hears music, and nobody who is on the line. */
export function apart(call: Call): boolean {
  return MUSIC.includes(call.talk?.state)
}

/** Since when the citizen hears music without a break; null while somebody speaks with him. `before`: the last that was told. */
export function musicSince(before: Call | null, since: string | null, call: Call | null): string | null {
  if (!call?.talk || !apart(call)) return null
  return before?.id === call.id && since !== null ? since : call.talk.since
}

/** What is told of an end of the party stays until the talk takes another turn, or is over. */
export function endedAfter(ended: PartyEnded | null, before: Call | null, call: Call | null): PartyEnded | null {
  if (ended === null || call?.id !== ended.call || call.state !== 'talking') return null
  const turned = call.talk?.state !== 'together' && call.talk?.since !== before?.talk?.since
  return turned ? null : ended
}

/** What is told of a citizen who came back stays as long as he waits for all that is known: of a call that is another's by now no more comes. */
export function failedAfter(failed: ForwardFailed | null, call: Call | null): ForwardFailed | null {
  if (failed === null || call?.id !== failed.call) return failed
  return ['forwarded', 'waiting', 'ringing'].includes(call.state) ? failed : null
}

export type Hearing = 'waiting' | 'ringing' | 'calling' | 'talking' | 'held' | 'consulting'

/** One who is on the line, as this page sees him. `name`: of the one who is neither the citizen nor the reader. */
export interface OnLine {
  who: 'citizen' | 'me' | 'other'
  name: string
  hearing: Hearing
  since: string | null
}

const HEARINGS: Readonly<Record<TalkState, Readonly<Record<'citizen' | 'holder' | 'party', Hearing>>>> = {
  together: { citizen: 'talking', holder: 'talking', party: 'ringing' },
  held: { citizen: 'held', holder: 'held', party: 'ringing' },
  calling: { citizen: 'held', holder: 'calling', party: 'ringing' },
  consulting: { citizen: 'held', holder: 'consulting', party: 'consulting' },
  three: { citizen: 'talking', holder: 'talking', party: 'talking' },
}

/**
 * Who is on the line of this call, the citizen first, then the reader. `music`: since when the citizen hears it;
 * `consulted`: the reader is the party; `nameOf`: whose login it is.
 */
export function onLine(
  call: Call | null, phase: Phase, consulted: boolean, music: string | null, nameOf: (login: string) => string,
): OnLine[] {
  if (!call || (phase !== 'ringing' && phase !== 'talking')) return []
  const { talk } = call
  if (!talk) {
    const hearing = phase === 'ringing' ? 'ringing' : 'talking'
    const since = phase === 'ringing' ? null : call.answered_at
    const citizen = phase === 'ringing' ? call.waiting_since ?? call.arrived_at : since
    return [
      { who: 'citizen', name: '', hearing: phase === 'ringing' ? 'waiting' : 'talking', since: citizen },
      { who: 'me', name: '', hearing, since },
    ]
  }
  const { party } = talk
  const hearing = HEARINGS[talk.state]
  const three = talk.state === 'three'
  const holder = { hearing: hearing.holder, since: talk.since }
  const second = party && {
    hearing: hearing.party,
    since: three ? talk.since : talk.state === 'consulting' ? party.answered_at ?? party.since : party.since,
  }
  const [me, other] = consulted && second ? [second, holder] : [holder, second]
  const name = consulted ? nameOf(call.operator ?? '') : party?.title || party?.name || ''
  return [
    { who: 'citizen', name: '', hearing: hearing.citizen, since: music ?? talk.since },
    { who: 'me', name: '', ...me },
    ...(other ? [{ who: 'other' as const, name, ...other }] : []),
  ]
}

/** What a button of the talk does. Which one it is at a moment follows from the talk: no button ever moves. */
export type Deed = 'hold' | 'resume' | 'return' | 'transfer' | 'complete' | 'three' | 'join' | 'police'
export type Slot = 'hold' | 'transfer' | 'three' | 'police'

const DEEDS: Readonly<Record<TalkState, Readonly<Record<Slot, Deed>>>> = {
  together: { hold: 'hold', transfer: 'transfer', three: 'three', police: 'police' },
  held: { hold: 'resume', transfer: 'transfer', three: 'three', police: 'police' },
  calling: { hold: 'return', transfer: 'complete', three: 'join', police: 'police' },
  consulting: { hold: 'return', transfer: 'complete', three: 'join', police: 'police' },
  three: { hold: 'return', transfer: 'complete', three: 'join', police: 'police' },
}

export function deedOf(slot: Slot, talk: CallTalk | null): Deed {
  return DEEDS[talk?.state ?? 'together'][slot]
}

/** What decides whether a control can be used. `ordered`: an order is under way, and what comes of it is not told yet. */
export interface Moment {
  phase: Phase
  call: Call | null
  operator: Operator | null
  away: boolean
  ordered: boolean
}

/** A key of the texts `why`; empty: nothing stands against it. */
export type Reason =
  | '' | 'noHold' | 'noTransfer' | 'noThree' | 'noPolice' | 'consulted' | 'serverAway' | 'ordered' | 'partyRings' | 'joins'
  | 'threeAlready' | 'returnFirst' | 'citizenHeld' | 'citizenWaits' | 'endsAll'

const NO_TALK: Readonly<Record<Slot, Reason>> = { hold: 'noHold', transfer: 'noTransfer', three: 'noThree', police: 'noPolice' }

export function whyNot(slot: Slot, moment: Moment): Reason {
  const { phase, call } = moment
  const talk = call?.talk ?? null
  if (phase !== 'talking' || !call) return NO_TALK[slot]
  if (isParty(call, moment.operator?.login)) return 'consulted'
  // The ear is right before the server is: until it tells of the talk there is nothing to hold.
  if (!talk && slot !== 'transfer') return NO_TALK[slot]
  if (moment.away) return 'serverAway'
  if (moment.ordered) return 'ordered'
  switch (deedOf(slot, talk)) {
    case 'complete':
      return talk?.state === 'calling' ? 'partyRings' : ''
    case 'join':
      if (talk?.state === 'three') return 'threeAlready'
      return talk?.state === 'consulting' ? '' : talk?.party?.join ? 'joins' : 'partyRings'
    case 'police':
      return talk?.party ? 'returnFirst' : ''
    default:
      return ''
  }
}

/** Why the holder may not hang up: the citizen would be cut off while he listens to music. */
export function whyKept({ phase, call, operator }: Moment): Reason {
  if (phase !== 'talking' || !call?.talk || isParty(call, operator?.login)) return ''
  if (call.talk.state === 'held') return 'citizenHeld'
  return apart(call) ? 'citizenWaits' : ''
}

/** The holder is asked before he hangs up: a talk of three ends for everybody, and he may mean only himself. */
export function endsAll({ phase, call, operator }: Moment): boolean {
  return phase === 'talking' && call?.talk?.state === 'three' && !isParty(call, operator?.login)
}
