import { describe, expect, test } from 'vitest'
import type { Call, CallTalk, Party, TalkState } from '../src/model'
import { deedOf, isParty, musicHeard, musicSince, onLine, passed, whyKept, whyNot, type Moment, type Slot } from '../src/talk'
import { call, operator } from './samples'

const SLOTS = ['hold', 'transfer', 'three', 'police'] as const
const party: Party = {
  kind: 'operator', name: 'op1002', title: '王强', since: '2026-11-23T18:31:00+08:00', answered_at: '2026-11-23T18:31:05+08:00', join: false,
}
const WITH: Readonly<Record<TalkState, Party | null>> = {
  together: null, held: null, calling: { ...party, answered_at: null }, consulting: party, three: party,
}

function talking(state: TalkState, changes: Partial<CallTalk> = {}): Call {
  const talk = { state, since: '2026-11-23T18:31:10+08:00', held_s: 0, party: WITH[state], ...changes }
  return { ...call, state: 'talking', answered_at: '2026-11-23T18:30:13+08:00', talk }
}

function moment(of: Call | null, changes: Partial<Moment> = {}): Moment {
  return { phase: 'talking', call: of, operator: { ...operator, state: 'talking', call: 'c1' }, away: false, ordered: false, ...changes }
}

const reasons = (of: Moment) => SLOTS.map((slot) => whyNot(slot, of))

describe('a button of the talk', () => {
  test.each([
    ['together', ['hold', 'transfer', 'three', 'police']],
    ['held', ['resume', 'transfer', 'three', 'police']],
    ['calling', ['return', 'complete', 'join', 'police']],
    ['consulting', ['return', 'complete', 'join', 'police']],
    ['three', ['return', 'complete', 'join', 'police']],
  ] as const)('does in a talk that is %s what %j says', (state, deeds) => {
    expect(SLOTS.map((slot) => deedOf(slot, talking(state).talk ?? null))).toEqual(deeds)
  })

  test('is what it is at the beginning of a talk while there is none', () => {
    expect(SLOTS.map((slot: Slot) => deedOf(slot, null))).toEqual(['hold', 'transfer', 'three', 'police'])
  })

  test.each([
    ['together', ['', '', '', '']],
    ['held', ['', '', '', '']],
    ['calling', ['', 'partyRings', 'partyRings', 'returnFirst']],
    ['consulting', ['', '', '', 'returnFirst']],
    ['three', ['', '', 'threeAlready', 'returnFirst']],
  ] as const)('in a talk that is %s is hindered by %j', (state, expected) => {
    expect(reasons(moment(talking(state)))).toEqual(expected)
  })

  test('of three waits by itself where the party is to join', () => {
    expect(whyNot('three', moment(talking('calling', { party: { ...party, answered_at: null, join: true } })))).toBe('joins')
  })

  test.each(['idle', 'ringing', 'wrap_up'] as const)('is of no use when the page is %s', (phase) => {
    expect(reasons(moment(call, { phase }))).toEqual(['noHold', 'noTransfer', 'noThree', 'noPolice'])
  })

  test('other than 转接 waits for the word of the server that there is a talk', () => {
    expect(reasons(moment({ ...call, state: 'talking' }))).toEqual(['noHold', '', 'noThree', 'noPolice'])
    expect(reasons(moment({ ...call, state: 'talking', talk: null }))).toEqual(['noHold', '', 'noThree', 'noPolice'])
  })

  test('is of no use while the server is away, or an order is under way', () => {
    expect(reasons(moment(talking('together'), { away: true }))).toEqual(Array(4).fill('serverAway'))
    expect(reasons(moment(talking('held'), { ordered: true }))).toEqual(Array(4).fill('ordered'))
  })

  test('is not for him who is consulted', () => {
    const him = moment(talking('three'), { operator: { ...operator, login: 'op1002', state: 'talking', call: 'c1' } })
    expect(reasons(him)).toEqual(Array(4).fill('consulted'))
  })
})

describe('to hang up', () => {
  test.each([
    ['together', ''], ['held', 'citizenHeld'], ['calling', 'citizenWaits'], ['consulting', 'citizenWaits'], ['three', ''],
  ] as const)('in a talk that is %s is hindered by "%s"', (state, expected) => {
    expect(whyKept(moment(talking(state)))).toBe(expected)
  })

  test('is free to him who is consulted, and to all whose talk is over', () => {
    expect(whyKept(moment(talking('consulting'), { operator: { ...operator, login: 'op1002' } }))).toBe('')
    expect(whyKept(moment(talking('held'), { phase: 'wrap_up' }))).toBe('')
    expect(whyKept(moment(null))).toBe('')
  })
})

describe('who is consulted', () => {
  test('is the operator who is the second party, until the citizen is given to him', () => {
    expect([isParty(talking('calling'), 'op1002'), isParty(talking('calling'), 'op1001')]).toEqual([true, false])
    expect(isParty({ ...talking('together'), operator: 'op1002' }, 'op1002')).toBe(false)
    expect(isParty({ ...talking('three'), operator: 'op1002' }, 'op1002')).toBe(false)
  })

  test('is not an operator whose login somebody outside has for a number', () => {
    expect(isParty(talking('consulting', { party: { ...party, kind: 'number' } }), 'op1002')).toBe(false)
    expect(isParty(call, undefined)).toBe(false)
  })
})

describe('who is on the line', () => {
  const named = (login: string) => ({ op1001: '李晓雯' })[login] ?? login
  const told = (of: Call, consulted = false, music: string | null = null) =>
    onLine(of, 'talking', consulted, music, named).map(({ who, name, hearing }) => [who, name, hearing].filter(Boolean).join(' '))

  test.each([
    ['together', ['citizen talking', 'me talking']],
    ['held', ['citizen held', 'me held']],
    ['calling', ['citizen held', 'me calling', 'other 王强 ringing']],
    ['consulting', ['citizen held', 'me consulting', 'other 王强 consulting']],
    ['three', ['citizen talking', 'me talking', 'other 王强 talking']],
  ] as const)('in a talk that is %s is %j', (state, expected) => {
    expect(told(talking(state))).toEqual(expected)
  })

  test.each([
    ['calling', ['citizen held', 'me ringing', 'other 李晓雯 calling']],
    ['consulting', ['citizen held', 'me consulting', 'other 李晓雯 consulting']],
    ['three', ['citizen talking', 'me talking', 'other 李晓雯 talking']],
  ] as const)('for him who is consulted in one that is %s is %j', (state, expected) => {
    expect(told(talking(state), true)).toEqual(expected)
  })

  test('has been so since the moments told; a citizen who hears music since it began', () => {
    const since = (of: Call, music: string | null) => onLine(of, 'talking', false, music, named).map((one) => one.since?.slice(14, 19))
    expect(since(talking('consulting'), '2026-11-23T18:30:50+08:00')).toEqual(['30:50', '31:10', '31:05'])
    expect(since(talking('calling'), '2026-11-23T18:30:50+08:00')).toEqual(['30:50', '31:10', '31:00'])
    expect(since(talking('three'), null)).toEqual(['31:10', '31:10', '31:10'])
  })

  test('is the citizen who waits, while he rings; nobody, when there is no call', () => {
    expect(onLine(call, 'ringing', false, null, named).map(({ who, hearing }) => `${who} ${hearing}`)).toEqual(['citizen waiting', 'me ringing'])
    expect(onLine(call, 'wrap_up', false, null, named)).toEqual([])
    expect(onLine(null, 'talking', false, null, named)).toEqual([])
  })

  test('outside has his number for a name where he has no other', () => {
    const outside: Party = { ...party, kind: 'number', name: '110', title: '' }
    expect(told(talking('consulting', { party: outside }))).toEqual(['citizen held', 'me consulting', 'other 110 consulting'])
  })
})

test('the music of a citizen goes on from hold to consult, and is over when somebody speaks with him', () => {
  const held = talking('held', { since: '2026-11-23T18:30:50+08:00' })
  const since = musicSince(talking('together'), null, held)
  expect(since).toBe('2026-11-23T18:30:50+08:00')
  expect(musicSince(held, since, talking('calling'))).toBe(since)
  expect(musicSince(talking('calling'), since, talking('three'))).toBeNull()
  expect(musicSince(held, since, { ...talking('held'), id: 'c2' })).toBe('2026-11-23T18:31:10+08:00')
  expect(musicSince(held, since, null)).toBeNull()
})

describe('how the citizen went from one to another', () => {
  const gave = { ...call, state: 'talking' as const, transferred_by: 'op1001' }

  test('is told from where the reader stands', () => {
    expect(passed(call, 'op1001')).toBeNull()
    expect(passed({ ...gave, operator: 'op1002' }, 'op1002')).toEqual({ how: 'from', who: 'op1001' })
    expect(passed({ ...gave, operator: 'op1002' }, 'op1001')).toEqual({ how: 'to', who: 'op1002' })
    expect(passed({ ...gave, operator: 'sup1', taken_over: true }, 'op1001')).toEqual({ how: 'took', who: 'sup1' })
    expect(passed({ ...gave, operator: 'sup1', taken_over: true }, 'sup1')).toEqual({ how: 'from', who: 'op1001' })
    expect(passed({ ...gave, state: 'forwarded', operator: null, forwarded_to: '110' }, 'op1001')).toEqual({ how: 'to', who: '110' })
    expect(passed({ ...gave, state: 'waiting', operator: null }, 'op1001')).toEqual({ how: 'waits', who: '' })
    expect(passed({ ...gave, operator: 'op1001' }, 'op1001')).toEqual({ how: 'back', who: '' })
    expect(passed({ ...gave, state: 'ended', operator: 'op1001' }, 'op1001')).toBeNull()
  })
})

test('how long the citizen has heard music is counted without a break, and in all', () => {
  const talk: CallTalk = { state: 'consulting', since: '2026-11-23T18:31:30+08:00', held_s: 40, party: null }
  const now = Date.parse('2026-11-23T18:31:35+08:00')
  const held = { ...call, state: 'talking' as const, talk }
  expect(musicHeard(held, '2026-11-23T18:31:10+08:00', now)).toEqual({ since: 25, all: 45 })
  expect(musicHeard(held, null, now)).toBeNull()
})
