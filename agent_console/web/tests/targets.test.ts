import { describe, expect, test, vi } from 'vitest'
import { api, Problem } from '../src/api'
import { asked, contactRow, createTargets, dialled, matching, numberRow, policeOf, rowsOf, steady, type Targets } from '../src/targets'

const targets: Targets = {
  queues: [{ name: 'main', title: '市长热线', ready: 2 }, { name: 'law', title: '法律', ready: 0 }],
  operators: [{ login: 'op1003', name: '陈思远', queue: 'law' }, { login: 'op1002', name: '王强', queue: 'main' }],
  consult: [{ login: 'op1002', name: '王强' }, { login: 'leader1', name: '周主任' }],
  contacts: [
    { name: 'chengguan', title: '城管局', number: '073328880012', kind: 'department' },
    { name: 'police', title: '市公安局', number: '110', kind: 'police' },
  ],
  numbers: true,
}
const rows = rowsOf(targets)
const told = (list = rows) => list.map(({ target, given, asks }) => [target, given !== null, asks])

describe('whom a citizen can be given to', () => {
  test('are operators by login, queues and contacts, each with what can be done with him', () => {
    expect(told()).toEqual([
      ['leader1', false, true], ['op1002', true, true], ['op1003', true, false],
      ['main', true, true], ['law', true, false],
      ['chengguan', true, true], ['police', true, true],
    ])
    expect(rows.map((row) => row.given)).toEqual([
      null, { queue: 'main', to: 'op1002' }, { queue: 'law', to: 'op1003' }, { queue: 'main', to: '' }, { queue: 'law', to: '' },
      { contact: 'chengguan' }, { contact: 'police' },
    ])
  })

  test('are nobody outside where numbers cannot be dialled, and nobody is asked where a server knows no consult', () => {
    expect(rowsOf({ ...targets, numbers: false }).map((row) => row.kind)).not.toContain('contact')
    const { queues, operators } = targets
    expect(told(rowsOf({ queues, operators }))).toEqual([
      ['op1002', true, false], ['op1003', true, false], ['main', true, false], ['law', true, false],
    ])
  })

  test.each([
    ['王', ['op1002']], ['OP1003', ['op1003']], ['局', ['chengguan', 'police']], ['2888', ['chengguan']], ['局 110', ['police']], ['没有', []],
    ['  ', ['leader1', 'op1002', 'op1003', 'main', 'law', 'chengguan', 'police']],
  ] as const)('are found by "%s"', (query, expected) => {
    expect(matching(rows, query).map((row) => row.target)).toEqual(expected)
  })

  test('keep their places in an open list: who has gone cannot be chosen, who has come stands last', () => {
    const now = rowsOf({
      ...targets, operators: [{ login: 'op1001', name: '李晓雯', queue: 'main' }], consult: [], queues: [{ name: 'main', title: '市长热线', ready: 1 }],
    })
    const shown = steady(rows, now)
    expect(told(shown)).toEqual([
      ['leader1', false, false], ['op1002', false, false], ['op1003', false, false],
      ['main', true, true], ['law', false, false], ['chengguan', true, true], ['police', true, true], ['op1001', true, false],
    ])
    expect(shown.find((row) => row.target === 'main')?.ready).toBe(1)
    expect(told(steady(shown, rows)).slice(0, 3)).toEqual(told().slice(0, 3))
  })
})

describe('a number outside', () => {
  test.each([
    ['0733-2888 1234', '073328881234'], ['(0733) 28881234', '073328881234'], ['110', '110'], ['+8673328881234', '+8673328881234'],
    ['', null], ['12', null], ['王强', null], ['110;x', null], ['123456789012345678901', null],
  ] as const)('that was typed as "%s" is dialled as %s', (text, expected) => {
    expect(dialled(text)).toBe(expected)
  })

  test('is given, asked or joined by itself', () => {
    const row = numberRow('073328881234')
    expect(row.given).toEqual({ number: '073328881234' })
    expect(asked(row, 'consult')).toEqual({ kind: 'number', target: '073328881234', join: false })
    expect(asked(row, 'three')).toEqual({ kind: 'number', target: '073328881234', join: true })
  })
})

describe('110', () => {
  test('is the contact of the police', () => {
    const police = policeOf(targets)
    expect(police?.name).toBe('police')
    expect(contactRow(police!).given).toEqual({ contact: 'police' })
    expect(asked(contactRow(police!), 'three')).toEqual({ kind: 'contact', target: 'police', join: true })
  })

  test('is not there without one, without numbers, and before anything was told', () => {
    expect(policeOf({ ...targets, contacts: [] })).toBeNull()
    expect(policeOf({ ...targets, numbers: false })).toBeNull()
    expect(policeOf({ queues: [], operators: [] })).toBeNull()
    expect(policeOf(null)).toBeNull()
  })
})

test('of whom the citizen can be given to the last answer counts, whatever comes late of a call before', async () => {
  let fail: (why: Problem) => void = () => undefined
  vi.spyOn(api, 'transferTargets').mockReturnValueOnce(new Promise((_, reject) => {
    fail = reject
  })).mockResolvedValue(targets)
  const { known, problem, look } = createTargets()
  const first = look('c1')
  await look('c2')
  fail(new Problem(409, 'refused', '这通电话已经结束'))
  await first
  expect([known.value, problem.value]).toEqual([targets, null])
  vi.restoreAllMocks()
})
