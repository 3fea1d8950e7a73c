import { describe, expect, test } from 'vitest'
import type { Frame, Snapshot } from '../src/model'
import { anyWaits, consulted, dials, INITIAL, legOver, lineBroken, phase, presentCall, reduce, type Leg, type State } from '../src/state'
import { call, operator, queue } from './samples'

const NOW = Date.parse('2026-11-23T18:30:13+08:00')

function after(state: State, ...frames: Frame[]): State {
  return frames.reduce((before, frame) => reduce(before, { kind: 'frame', frame, at: NOW }), state)
}

function snapshot(seq: number, data: Partial<Snapshot> = {}): Frame {
  return {
    seq,
    type: 'snapshot',
    data: { operator, call: null, queues: [queue], messages_open: 2, telephony: true, now: '2026-11-23T18:30:15+08:00', ...data },
  }
}

const open = reduce(after(INITIAL, snapshot(10)), { kind: 'link', link: 'open' })
const leg: Leg = { call: 'c1', caller: '13907330001', phase: 'ringing', muted: false, since: NOW }
const withLeg = (state: State, value: Leg | null) => reduce(state, { kind: 'leg', leg: value })

describe('frames', () => {
  test('a snapshot sets everything and the difference of the clocks', () => {
    expect(open).toMatchObject({ seq: 10, operator, call: null, queues: [queue], messagesOpen: 2, skew: 2000, snapshots: 1 })
  })

  test('a frame seen before changes nothing, a snapshot always counts', () => {
    expect(after(open, { seq: 10, type: 'messages', data: { open: 9, taken: 0, oldest_at: null } })).toBe(open)
    expect(after(open, snapshot(3, { messages_open: 9 }))).toMatchObject({ seq: 3, messagesOpen: 9 })
  })

  test('a queue is replaced by its name, an unknown one added', () => {
    const other = { ...queue, name: 'gas', title: '燃气' }
    const state = after(open, { seq: 11, type: 'queue', data: { ...queue, waiting: 5 } }, { seq: 12, type: 'queue', data: other })
    expect(state.queues.map(({ name, waiting }) => [name, waiting])).toEqual([['main', 5], ['gas', 2]])
  })

  test('somebody waits for him if he serves the queue', () => {
    const waits = (name: string, waiting: number) => anyWaits({ ...open, queues: [{ ...queue, name, waiting }] })
    expect([waits('main', 1), waits('main', 0), waits('gas', 1), anyWaits(INITIAL)]).toEqual([true, false, false, false])
  })

  test('saved, messages and telephony are taken over', () => {
    const state = after(
      open,
      { seq: 11, type: 'saved', data: { call: 'c1' } },
      { seq: 12, type: 'messages', data: { open: 7, taken: 0, oldest_at: null } },
      { seq: 13, type: 'telephony', data: { up: false } },
    )
    expect(state).toMatchObject({ saved: 1, messagesOpen: 7, telephony: false, seq: 13 })
  })

  test('the call that was given away stays with who writes of it, and of nobody else', () => {
    const talks = after(open, { seq: 11, type: 'call', data: { ...call, state: 'talking' } })
    const away = { ...call, state: 'waiting' as const, operator: null, transferred_by: 'op1001' }
    const writes = after(talks, { seq: 12, type: 'operator', data: { ...operator, state: 'wrap_up', call: 'c1' } }, { seq: 13, type: 'call', data: away })
    expect(presentCall(writes)).toEqual({ id: 'c1', caller: '13907330001', call: away })
    const taken = { ...away, state: 'talking' as const, operator: 'op1002' }
    expect(after(writes, { seq: 14, type: 'call', data: taken }).call).toEqual(taken)
    const done = after(writes, { seq: 14, type: 'operator', data: { ...operator, call: null } }, { seq: 15, type: 'call', data: taken })
    expect(done.call).toBeNull()
  })

  test.each([
    ['given away', { ...call, state: 'waiting' as const, operator: null, transferred_by: 'op1001' }],
    ['taken over', { ...call, state: 'talking' as const, operator: 'sup1', transferred_by: 'op1001', taken_over: true }],
  ])('the call that was %s stays with who had it, though that he writes is told later', (_, gone) => {
    const talks = after(
      open,
      { seq: 11, type: 'operator', data: { ...operator, state: 'talking', call: 'c1' } },
      { seq: 12, type: 'call', data: { ...call, state: 'talking' } },
    )
    const gave = after(talks, { seq: 13, type: 'call', data: gone })
    expect(gave.call).toEqual(gone)
    const writes: Frame = { seq: 14, type: 'operator', data: { ...operator, state: 'wrap_up', call: 'c1' } }
    expect(presentCall(after(gave, writes, { seq: 15, type: 'call', data: gone }))).toEqual({ id: 'c1', caller: '13907330001', call: gone })
  })

  test('a frame of a kind not known here is passed over', () => {
    const strange = { seq: 11, type: 'weather', data: {} } as unknown as Frame
    expect(after(open, strange)).toEqual({ ...open, seq: 11 })
  })
})

describe('the call', () => {
  const ringing = after(open, { seq: 11, type: 'call', data: call })

  test('that rings here is his', () => {
    expect(ringing.call).toEqual(call)
  })

  test('that rings here is his also when no operator is named yet', () => {
    expect(after(open, { seq: 11, type: 'call', data: { ...call, operator: null } }).call?.id).toBe('c1')
  })

  test('that went to somebody else, or back to the queue, is his no more', () => {
    expect(after(ringing, { seq: 12, type: 'call', data: { ...call, operator: 'op1002' } }).call).toBeNull()
    expect(after(ringing, { seq: 12, type: 'call', data: { ...call, operator: null, state: 'waiting' } }).call).toBeNull()
  })

  test('of another operator does not touch his', () => {
    expect(after(ringing, { seq: 12, type: 'call', data: { ...call, id: 'c2', operator: 'op1002' } }).call?.id).toBe('c1')
  })

  test('is not pushed away by late news of an earlier one', () => {
    const late = { ...call, id: 'c0', state: 'ended' as const, outcome: 'answered' as const }
    expect(after(ringing, { seq: 12, type: 'call', data: late }).call?.id).toBe('c1')
  })

  test('whose offer ended leaves the page with a note of who it was', () => {
    const state = after(ringing, { seq: 12, type: 'offer_ended', data: { call: 'c1', reason: 'citizen_hung_up', by: '', consult: false } })
    expect(state.call).toBeNull()
    expect(state.endedOffer).toMatchObject({ call: 'c1', reason: 'citizen_hung_up', caller: '13907330001' })
    expect(reduce(state, { kind: 'note_read' }).endedOffer).toBeNull()
  })
})

test('an offer that a colleague was quicker to take says who it was', () => {
  const state = after(
    open,
    { seq: 11, type: 'call', data: { ...call, operator: null } },
    { seq: 12, type: 'offer_ended', data: { call: 'c1', reason: 'taken', by: '李晓雯', consult: false } },
  )
  expect(state.endedOffer).toMatchObject({ reason: 'taken', by: '李晓雯', caller: '13907330001' })
})

test('a changed policy is noticed', () => {
  expect(after(open, { seq: 12, type: 'policy', data: { revision: 8, queues: [] } })).toMatchObject({ policy: 8, queues: [] })
})

describe('the phase', () => {
  const become = (state: State, presence: State['operator']) => ({ ...state, operator: presence })

  test.each([
    ['ready', 'idle'], ['paused', 'idle'], ['offline', 'idle'], ['ringing', 'ringing'], ['talking', 'talking'], ['wrap_up', 'wrap_up'],
  ] as const)('of a desk that is %s is %s', (presence, expected) => {
    expect(phase(become(open, { ...operator, state: presence }))).toBe(expected)
  })

  test('follows the ear before the server', () => {
    expect(phase(withLeg(open, leg))).toBe('ringing')
    expect(phase(withLeg(become(open, { ...operator, state: 'ringing' }), { ...leg, phase: 'talking' }))).toBe('talking')
  })

  test('while the server is away is decided by the phone alone', () => {
    const talking = become(open, { ...operator, state: 'talking' })
    const away = reduce(withLeg(talking, { ...leg, phase: 'talking' }), { kind: 'link', link: 'lost' })
    expect(phase(away)).toBe('talking')
    expect(phase(withLeg(away, null))).toBe('wrap_up')
    expect(phase(become(withLeg(away, null), { ...operator, state: 'ringing' }))).toBe('idle')
  })

  test('of a talk without a leg is a broken line, unless the server is away', () => {
    const talking = become(open, { ...operator, state: 'talking' })
    expect(lineBroken(talking)).toBe(true)
    expect(lineBroken(withLeg(talking, { ...leg, phase: 'talking' }))).toBe(false)
    expect(lineBroken(reduce(talking, { kind: 'link', link: 'lost' }))).toBe(false)
  })
})

describe('an operator at a desk phone', () => {
  const desk = reduce({ ...open, operator: { ...operator, state: 'talking' } }, { kind: 'phone', phone: 'desk' })

  test('talks without a leg in this page, and no line is broken', () => {
    expect(phase(desk)).toBe('talking')
    expect(lineBroken(desk)).toBe(false)
  })

  test('goes on talking while the server is away', () => {
    expect(phase(reduce(desk, { kind: 'link', link: 'lost' }))).toBe('talking')
  })
})

test('the present call is known from the phone before the server tells of it', () => {
  expect(presentCall(open)).toBeNull()
  expect(presentCall(withLeg(open, leg))).toEqual({ id: 'c1', caller: '13907330001', call: null })
  const known = after(withLeg(open, leg), { seq: 11, type: 'call', data: call })
  expect(presentCall(known)).toEqual({ id: 'c1', caller: '13907330001', call })
})

test('a new ring clears the note of the offer before', () => {
  const noted = after(open, { seq: 11, type: 'offer_ended', data: { call: 'c0', reason: 'lost', by: '', consult: false } })
  expect(withLeg(noted, leg).endedOffer).toBeNull()
})

describe('a leg whose end went to a lost websocket', () => {
  const talking = { ...operator, state: 'talking' as const, call: 'c1' }
  const inTalk = withLeg(
    after(open, { seq: 11, type: 'operator', data: talking }, { seq: 12, type: 'call', data: { ...call, state: 'talking' } }),
    { ...leg, phase: 'talking' },
  )
  const lost: Frame = { seq: 13, type: 'offer_ended', data: { call: 'c1', reason: 'lost', by: '', consult: false } }
  const ended: Frame = { seq: 13, type: 'call', data: { ...call, state: 'ended' } }

  test('is over by the word of the server, if that is heard', () => {
    expect(legOver(inTalk)).toBe(false)
    expect(legOver(after(inTalk, ended))).toBe(true)
    expect(legOver(after(inTalk, lost))).toBe(true)
    expect(legOver(after(inTalk, snapshot(13, { call: { ...call, state: 'ended' } })))).toBe(true)
    expect(legOver(reduce(inTalk, { kind: 'over', call: 'c1' }))).toBe(true)
    expect(legOver(reduce(after(inTalk, ended), { kind: 'link', link: 'lost' }))).toBe(false)
  })

  test('is not over because of another call, or because the server does not know of it', () => {
    expect(legOver(after(inTalk, { ...lost, data: { call: 'c0', reason: 'lost', by: '', consult: false } }))).toBe(false)
    expect(legOver(after(inTalk, { seq: 13, type: 'operator', data: { ...operator, state: 'paused' } }))).toBe(false)
    expect(legOver(after(inTalk, snapshot(13, { operator: { ...operator, state: 'paused' } })))).toBe(false)
  })

  test('rings again: old news, told late, does not end the new leg', () => {
    const again = withLeg(inTalk, leg)
    const told = after(again, lost, { seq: 14, type: 'operator', data: { ...talking, state: 'ringing' } })
    expect(legOver(told)).toBe(false)
    expect(legOver(withLeg(after(inTalk, lost), leg))).toBe(false)
  })
})

describe('an operator who is consulted', () => {
  const party = { kind: 'operator' as const, name: 'op1001', title: '李晓雯', since: '2026-11-23T18:31:00+08:00', answered_at: null, join: false }
  const talk = { state: 'calling' as const, since: '2026-11-23T18:31:00+08:00', held_s: 0, party }
  const asks = { ...call, operator: 'op1002', state: 'talking' as const, talk }
  const rung = after(
    open, { seq: 11, type: 'operator', data: { ...operator, state: 'ringing', call: 'c1' } }, { seq: 12, type: 'call', data: asks },
  )

  test('is shown the call of whoever asks him', () => {
    expect([consulted(rung), phase(rung), presentCall(rung)?.call]).toEqual([true, 'ringing', asks])
    expect(rung.music).toBe('2026-11-23T18:31:00+08:00')
  })

  test('has no call any more when he is not asked any more, and his leg is over with it', () => {
    const left = after(withLeg(rung, { ...leg, phase: 'talking' }), { seq: 13, type: 'operator', data: { ...operator, state: 'ready', call: null } })
    expect([left.call, consulted(left), legOver(left)]).toEqual([null, false, true])
    const without = after(rung, { seq: 13, type: 'call', data: { ...asks, talk: { ...talk, state: 'together', party: null } } })
    expect(without.call).toBeNull()
  })

  test('is told that the consult is over, not that the citizen hung up', () => {
    const gone: Frame = { seq: 13, type: 'operator', data: { ...operator, state: 'ready', call: null } }
    const told = after(rung, gone, { seq: 14, type: 'offer_ended', data: { call: 'c1', reason: 'over', by: '', consult: true } })
    expect(told.endedOffer).toMatchObject({ reason: 'over', consult: true })
  })

  test('has a talk of his own when the citizen is given to him', () => {
    const given = after(rung, { seq: 13, type: 'call', data: { ...asks, operator: 'op1001', talk: { ...talk, state: 'together', party: null } } })
    expect([consulted(given), given.call?.operator, given.music]).toEqual([false, 'op1001', null])
  })

  test('is on no broken line when his leg is not there', () => {
    expect(lineBroken(after(rung, { seq: 13, type: 'operator', data: { ...operator, state: 'talking', call: 'c1' } }))).toBe(false)
  })
})

describe('the end of the second party', () => {
  const since = '2026-11-23T18:31:00+08:00'
  const at = (state: 'together' | 'held' | 'calling', when = since) => ({ ...call, state: 'talking' as const, talk: { state, since: when, held_s: 0, party: null } })
  const ended: Frame = { seq: 13, type: 'party_ended', data: { call: 'c1', name: '110', title: '110', reason: 'busy' } }
  const calling = after(open, { seq: 11, type: 'call', data: at('calling') })

  test('stays told over the return to the citizen, whichever frame comes first', () => {
    const back: Frame = { seq: 14, type: 'call', data: at('together', '2026-11-23T18:31:20+08:00') }
    expect(after(calling, ended, back).partyEnded?.reason).toBe('busy')
    expect(after(calling, { ...back, seq: 12 }, ended).partyEnded?.reason).toBe('busy')
    expect(after(calling, ended, { seq: 14, type: 'call', data: at('calling') }).partyEnded?.reason).toBe('busy')
  })

  test('is told no more when the talk takes another turn, is over, or it was read', () => {
    const back = after(calling, ended, { seq: 14, type: 'call', data: at('together') })
    expect(after(back, { seq: 15, type: 'call', data: at('held', '2026-11-23T18:32:00+08:00') }).partyEnded).toBeNull()
    expect(after(back, { seq: 15, type: 'call', data: { ...call, state: 'ended' } }).partyEnded).toBeNull()
    expect(after(back, { seq: 15, type: 'call', data: { ...at('together'), id: 'c2' } }).partyEnded).toBeNull()
    expect(reduce(back, { kind: 'party_read' }).partyEnded).toBeNull()
  })
})

describe('a citizen who comes back from a number outside', () => {
  const data = { call: 'c1', caller: '13907330001', queue: 'main', number: '110', title: '公安', reason: 'busy' as const }
  const failed: Frame = { seq: 13, type: 'forward_failed', data }
  const gave = after(open, { seq: 11, type: 'operator', data: { ...operator, state: 'wrap_up', call: 'c1' } })
  const his = (state: 'forwarded' | 'waiting' | 'ringing' | 'talking' | 'ended', who: string | null = null) => ({ ...call, state, operator: who })
  const writes = { ...gave, call: his('forwarded') }

  test('is told as long as he waits, whichever frame comes first', () => {
    expect(after(writes, failed, { seq: 14, type: 'call', data: his('waiting') }).forwardFailed).toEqual(data)
    expect(after(writes, { seq: 12, type: 'call', data: his('waiting') }, failed).forwardFailed).toEqual(data)
    expect(after(writes, failed, { seq: 14, type: 'call', data: his('ringing', 'op1002') }).forwardFailed).toEqual(data)
  })

  test('is told no more when somebody has him, he is gone, or it was read', () => {
    const told = after(writes, failed)
    expect(after(told, { seq: 14, type: 'call', data: his('talking', 'op1002') }).forwardFailed).toBeNull()
    expect(after(told, { seq: 14, type: 'call', data: his('ended') }).forwardFailed).toBeNull()
    expect(reduce(told, { kind: 'forward_read' }).forwardFailed).toBeNull()
  })

  test('is told over the next call of who has done writing', () => {
    const next = after(writes, failed, { seq: 14, type: 'call', data: { ...his('ringing', 'op1001'), id: 'c2' } })
    expect(next.forwardFailed).toEqual(data)
    expect(after(next, { seq: 15, type: 'call', data: { ...his('talking', 'op1001'), id: 'c2' } }).forwardFailed).toEqual(data)
  })
})

test('who writes has no leg of that call any more, though its end went to a lost websocket', () => {
  const gave = after(withLeg(open, { ...leg, phase: 'talking' }), { seq: 11, type: 'operator', data: { ...operator, state: 'wrap_up', call: 'c1' } })
  expect(legOver(gave)).toBe(true)
  expect(legOver(after(gave, { seq: 12, type: 'operator', data: { ...operator, state: 'ringing', call: 'c1' } }))).toBe(false)
})

describe('a citizen who is called', () => {
  const rings: Frame = { seq: 11, type: 'operator', data: { ...operator, state: 'ringing', call: 'c1' } }
  const placed: Frame = { seq: 12, type: 'call', data: { ...call, state: 'dialling', purpose: 'call_back' } }
  const told = after(open, rings, placed)
  const talking: Leg = { ...leg, phase: 'talking' }

  test('is being called from the first word of the server on, and by the ring of this page that it takes itself', () => {
    expect([dials(told), phase(told)]).toEqual([true, 'dialling'])
    expect([dials(withLeg(told, leg)), phase(withLeg(told, leg))]).toEqual([true, 'ringing'])
    expect(phase(withLeg(told, { ...leg, phase: 'answering' }))).toBe('dialling')
    expect(phase(withLeg(told, talking))).toBe('dialling')
  })

  test('is being called although the ring came before the word', () => {
    const first = withLeg(open, leg)
    expect(dials(after(first, rings))).toBe(false)
    expect(dials(after(first, rings, placed))).toBe(true)
  })

  test('is not called by the ring of another call, nor by one of which the server cannot be asked', () => {
    expect(dials(withLeg(told, { ...leg, call: 'c2' }))).toBe(false)
    expect(dials(reduce(withLeg(told, leg), { kind: 'link', link: 'lost' }))).toBe(false)
    expect(dials(after(open, rings, { seq: 12, type: 'call', data: call }))).toBe(false)
  })

  test('talks when he has answered, whichever frame comes first', () => {
    const here = withLeg(told, talking)
    const answered: Frame = { seq: 13, type: 'operator', data: { ...operator, state: 'talking', call: 'c1' } }
    expect(phase(after(here, answered))).toBe('talking')
    expect(phase(after(here, { seq: 13, type: 'call', data: { ...call, state: 'talking', purpose: 'call_back' } }))).toBe('talking')
  })

  test('who was not reached is told of with how it ended, and whose call it was', () => {
    const ended: Frame = { seq: 13, type: 'offer_ended', data: { call: 'c1', reason: 'unreached', by: '', consult: false, result: 'busy' } }
    expect(after(told, ended).endedOffer).toMatchObject({ caller: '13907330001', purpose: 'call_back', reason: 'unreached', result: 'busy' })
    const stranger: Frame = { seq: 11, type: 'offer_ended', data: { call: 'c0', reason: 'lost', by: '', consult: false } }
    expect(after(open, stranger).endedOffer).toMatchObject({ purpose: null, reason: 'lost' })
  })

  test('who keeps his place after that is this operator\'s no more', () => {
    expect(after(told, { seq: 13, type: 'call', data: { ...call, state: 'owed', operator: null, purpose: 'call_back' } }).call).toBeNull()
  })
})

test('whether citizens can be called is told by a snapshot, and not before', () => {
  expect([INITIAL.callsOut, open.callsOut, after(open, snapshot(11, { calls_out: true })).callsOut]).toEqual([false, false, true])
})
