import { describe, expect, test } from 'vitest'
import { EMPTY, inOrder, reduce, waiting, type Floor } from '../src/floor'
import type { Frame, Operator } from '../src/model'
import { call, operator, queue } from './samples'

const snapshot: Frame = {
  seq: 10,
  type: 'snapshot',
  data: {
    operator: null, call: null, queues: [queue], messages_open: 0, telephony: true, now: '2026-11-23T18:30:00+08:00',
    operators: [operator], calls: [call],
  },
}

function after(floor: Floor, ...frames: Frame[]): Floor {
  return frames.reduce((now, frame) => reduce(now, { kind: 'frame', frame, at: Date.parse('2026-11-23T18:30:00+08:00') }), floor)
}

const open = after(EMPTY, snapshot)
const away: Operator = { ...operator, login: 'op1002', name: '陈建国', state: 'offline', since: null }

describe('the floor', () => {
  test('is what the snapshot says, and every frame moves its part', () => {
    const paused: Operator = { ...operator, state: 'paused', pause_kind: 'meal', pause_title: '用餐', overdue: true }
    const moved = after(
      open,
      { seq: 11, type: 'operator', data: paused },
      { seq: 12, type: 'call', data: { ...call, id: 'c2' } },
      { seq: 13, type: 'queue', data: { ...queue, waiting: 5 } },
      { seq: 14, type: 'policy', data: { revision: 7, queues: ['main'] } },
      { seq: 15, type: 'saved', data: { call: 'c2' } },
    )
    expect(moved.operators.get('op1001')).toEqual(paused)
    expect([...moved.calls.keys()]).toEqual(['c1', 'c2'])
    expect(moved.queues[0]?.waiting).toBe(5)
    expect([moved.policy, moved.saved, moved.snapshots]).toEqual([7, 1, 1])
  })

  test('forgets a queue that was taken away', () => {
    const env = after(open, { seq: 11, type: 'queue', data: { ...queue, name: 'env' } })
    const without = after(env, { seq: 12, type: 'policy', data: { revision: 8, queues: ['env', 'new'] } })
    expect(without.queues.map((one) => one.name)).toEqual(['env'])
  })

  test('keeps calls outside that were refused, the newest first, until somebody has noted them', () => {
    const refused = {
      kind: 'outbound_refused', at: '2026-11-23T18:30:00+08:00', call: 'c1', number: '+442079460018', operator: 'op1001',
      purpose: 'transfer', refusal: 'not_allowed',
    } as const
    const again = { ...refused, number: '16881234' }
    const told = after(open, { seq: 11, type: 'alarm', data: refused }, { seq: 12, type: 'alarm', data: again }, { seq: 12, type: 'alarm', data: again })
    expect(told.alarms.map((one) => one.number)).toEqual(['16881234', '+442079460018'])
    expect(after(told, { ...snapshot, seq: 20 }).alarms).toEqual(told.alarms)
    expect(reduce(told, { kind: 'noted' }).alarms).toEqual([])
    const newer = { seq: 13, type: 'alarm', data: { ...refused, kind: 'fire' } } as unknown as Frame
    expect(after(told, newer).alarms).toEqual(told.alarms)
  })

  test('does not grow by alarms that nobody notes', () => {
    const data = {
      kind: 'outbound_refused', at: '2026-11-23T18:30:00+08:00', call: 'c1', number: '110', operator: 'op1001', purpose: 'consult', refusal: 'hour_full',
    } as const
    const many = Array.from({ length: 150 }, (_, place): Frame => ({ seq: 11 + place, type: 'alarm', data: { ...data, number: String(place) } }))
    expect(after(open, ...many).alarms.map((one) => one.number)).toEqual(Array.from({ length: 100 }, (_, place) => String(149 - place)))
  })

  test('forgets a call that is over, and no frame counts twice', () => {
    const over = after(open, { seq: 11, type: 'call', data: { ...call, state: 'ended' } })
    expect(over.calls.size).toBe(0)
    expect(after(over, { seq: 11, type: 'call', data: call }).calls.size).toBe(0)
  })

  test('knows better than the API who is signed in, and learns from it who is not', () => {
    const late = reduce(open, { kind: 'members', members: [{ ...operator, state: 'talking' }, away] })
    expect(late.operators.get('op1001')?.state).toBe('ready')
    expect(late.operators.get('op1002')?.state).toBe('offline')
    expect(reduce(late, { kind: 'members', members: [operator] }).operators.has('op1002')).toBe(false)
  })
})

test('who has signed out stays so, though an older answer of the API has him ready; what he serves it tells', () => {
  const gone = after(open, { seq: 11, type: 'operator', data: { ...operator, state: 'offline', asked: 'training', asked_title: '培训' } })
  const late = reduce(gone, { kind: 'members', members: [{ ...operator, queues: ['main', 'gas'], skills: { gas: 3 } }] })
  expect(late.operators.get('op1001')).toEqual({ ...operator, state: 'offline', queues: ['main', 'gas'], skills: { gas: 3 } })
  expect(reduce(late, { kind: 'members', members: [] }).operators.size).toBe(0)
})

test('who asks for a pause stands first, then who is away too long, then who works', () => {
  const crew: Operator[] = [
    away,
    { ...operator, login: 'op1003', state: 'paused', overdue: true },
    { ...operator, login: 'op1004', state: 'talking' },
    { ...operator, login: 'op1005', asked: 'training' },
    { ...operator, login: 'op1001' },
  ]
  expect(inOrder(crew).map((one) => one.login)).toEqual(['op1005', 'op1003', 'op1004', 'op1001', 'op1002'])
})

test('citizens who wait stand by their turn, each with his place in his queue, behind those for whom it rings', () => {
  const wait = (id: string, turn: string, inQueue = 'main') =>
    ({ ...call, id, state: 'waiting' as const, operator: null, queue: inQueue, turn: `2026-11-23T${turn}+08:00` })
  const found = waiting([
    wait('late', '18:31:00'),
    wait('urgent', '18:21:00'),
    wait('gas', '18:25:00', 'gas'),
    { ...call, id: 'rings' },
    { ...call, id: 'talks', state: 'talking' },
  ])
  expect(found.map(({ call: one, place }) => [one.id, place])).toEqual([['rings', null], ['urgent', 1], ['gas', 1], ['late', 2]])
})
