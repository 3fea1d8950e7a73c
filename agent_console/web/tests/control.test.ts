import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { shallowRef } from 'vue'
import { api } from '../src/api'
import { createControl } from '../src/control'
import type { CallTalk } from '../src/model'
import { INITIAL, type State } from '../src/state'
import { numberRow, type Row } from '../src/targets'
import { call, operator } from './samples'

const together: CallTalk = { state: 'together', since: '2026-11-23T18:30:13+08:00', held_s: 0, party: null }
const held: CallTalk = { ...together, state: 'held', since: '2026-11-23T18:31:00+08:00' }

function talking(talk: CallTalk): State {
  return {
    ...INITIAL, link: 'open', phone: 'desk', operator: { ...operator, state: 'talking', call: 'c1' }, call: { ...call, state: 'talking', talk },
  }
}

/** Orders that are answered when the test says so: `true` taken, `false` refused. */
function bench() {
  const state = shallowRef<State>(talking(together))
  const answers: ((taken: boolean) => void)[] = []
  const order = vi.fn(async (run: () => Promise<unknown>) => {
    await run()
    return new Promise<boolean>((done) => answers.push(done))
  })
  return { state, order, answers, control: createControl(state, order) }
}

beforeEach(() => {
  vi.useFakeTimers()
  for (const name of ['control', 'consult', 'transfer'] as const) vi.spyOn(api, name).mockResolvedValue({})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('an order of the talk', () => {
  test('pressed twice is one, until the live socket has shown what came of it', async () => {
    const { state, answers, control } = bench()
    const first = control.does('hold')
    expect([control.moment.value.ordered, await control.does('hold')]).toEqual([true, false])
    await settle()
    answers[0]!(true)
    expect([await first, await control.does('hold')]).toEqual([true, false])
    state.value = talking(held)
    expect(control.moment.value.ordered).toBe(false)
    void control.does('resume')
    await settle()
    expect(vi.mocked(api.control).mock.calls).toEqual([['c1', 'hold'], ['c1', 'resume']])
  })

  test('that the socket showed before it was answered leaves the way free at once', async () => {
    const { state, answers, control } = bench()
    const first = control.does('hold')
    await settle()
    state.value = talking(held)
    const second = control.does('resume')
    await settle()
    answers[0]!(false)
    expect([await first, control.moment.value.ordered]).toEqual([false, true])
    answers[1]!(true)
    expect(await second).toBe(true)
  })

  test('that is refused can be given again', async () => {
    const { answers, control } = bench()
    const first = control.does('hold')
    await settle()
    answers[0]!(false)
    expect([await first, control.moment.value.ordered]).toEqual([false, false])
  })

  test('that was taken and shows nothing hinders no other for longer than three seconds', async () => {
    const { answers, control } = bench()
    void control.does('hold')
    await settle()
    answers[0]!(true)
    await vi.advanceTimersByTimeAsync(2_900)
    expect(control.moment.value.ordered).toBe(true)
    await vi.advanceTimersByTimeAsync(200)
    expect(control.moment.value.ordered).toBe(false)
  })

  test('is none without a call', async () => {
    const { state, order, control } = bench()
    state.value = INITIAL
    expect(await control.does('hold')).toBe(false)
    expect(order).not.toHaveBeenCalled()
  })
})

describe('to give the citizen', () => {
  test('away, to ask, and to join are orders of their own', async () => {
    const way = async (given: Row, how: 'transfer' | 'consult' | 'three') => {
      const { answers, control } = bench()
      const sent = control.gives(given, how)
      await settle()
      answers[0]!(true)
      await sent
    }
    const row = numberRow('110')
    await way(row, 'transfer')
    await way(row, 'consult')
    await way(row, 'three')
    expect(vi.mocked(api.transfer).mock.calls).toEqual([['c1', { number: '110' }]])
    expect(vi.mocked(api.consult).mock.calls.map(([, asked]) => asked.join)).toEqual([false, true])
  })

  test('to somebody who can only be asked is no order', async () => {
    const { order, control } = bench()
    expect(await control.gives({ ...numberRow('110'), given: null }, 'transfer')).toBe(false)
    expect(order).not.toHaveBeenCalled()
  })
})

test('a number that was typed in a talk stays in it, and is not there in the next', () => {
  const { state, control } = bench()
  control.typed.value = '0733 2888 1234'
  state.value = talking(held)
  expect(control.typed.value).toBe('0733 2888 1234')
  state.value = { ...talking(together), call: { ...call, id: 'c2', state: 'talking', talk: together } }
  expect(control.typed.value).toBe('')
})

test('he who is consulted is told from him who has the citizen', () => {
  const { state, control } = bench()
  const asks: CallTalk = {
    ...held, state: 'calling', party: { kind: 'operator', name: 'op1001', title: '李晓雯', since: held.since, answered_at: null, join: false },
  }
  expect(control.consulted.value).toBe(false)
  const { call: his } = talking(asks)
  state.value = { ...talking(asks), call: { ...his!, operator: 'op1002' } }
  expect(control.consulted.value).toBe(true)
})
