import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { api, Problem } from '../src/api'
import { createReadiness } from '../src/readiness'
import { INITIAL, type State } from '../src/state'
import { operator } from './samples'

const account = { login: 'op1001', name: '李晓雯', role: 'operator' as const }

/** The server is there, and so is the phone. */
const up: State = { ...INITIAL, link: 'open', phone: 'registered', operator }

function bench(from: State = INITIAL) {
  const state = shallowRef<State>(from)
  const problem = shallowRef<Problem | null>(null)
  return { state, problem, readiness: createReadiness(account, state, problem) }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('就绪 pressed before the phone is there is told once it is, and once only, whatever else is told meanwhile', async () => {
  const presence = vi.spyOn(api, 'presence').mockReturnValue(new Promise(() => {}))
  const { state, readiness } = bench()
  await readiness.want()
  expect([readiness.wanted.value, presence.mock.calls]).toEqual([true, []])
  state.value = up
  await nextTick()
  for (const waiting of [1, 2, 3]) {
    state.value = { ...state.value, messagesOpen: waiting }
    await nextTick()
  }
  expect(presence.mock.calls).toEqual([['op1001', 'ready']])
})

test('就绪 waits until the server, too, knows of the phone; a server that is away is asked again', async () => {
  const presence = vi.spyOn(api, 'presence').mockRejectedValueOnce(new Problem(0, 'unreachable', '')).mockResolvedValue(operator)
  const { state, readiness } = bench()
  state.value = { ...up, operator: { ...operator, phone: false } }
  await readiness.want()
  await vi.advanceTimersByTimeAsync(800)
  expect(presence).not.toHaveBeenCalled()
  state.value = { ...state.value, operator }
  await vi.advanceTimersByTimeAsync(0)
  expect([presence.mock.calls.length, readiness.wanted.value]).toEqual([1, true])
  await vi.advanceTimersByTimeAsync(800)
  expect([presence.mock.calls.length, readiness.wanted.value]).toEqual([2, false])
})

test('a refusal is shown, and 就绪 is not wanted any more; nor is it after 小休', async () => {
  const refused = new Problem(409, 'refused', '请先结束话后')
  const presence = vi.spyOn(api, 'presence').mockRejectedValue(refused)
  const { state, problem, readiness } = bench()
  state.value = up
  await nextTick()
  await readiness.want()
  expect([problem.value, readiness.wanted.value]).toEqual([refused, false])
  state.value = { ...up, phone: 'connecting' }
  await readiness.want()
  readiness.forget()
  state.value = up
  await nextTick()
  expect(presence).toHaveBeenCalledTimes(1)
})

test('就绪 pressed while the server is away waits for it, however long that is, and until 小休 takes it back', async () => {
  const presence = vi.spyOn(api, 'presence').mockResolvedValue(operator)
  const { state, problem, readiness } = bench({ ...up, link: 'lost' })
  await readiness.want()
  await vi.advanceTimersByTimeAsync(600_000)
  expect([presence.mock.calls.length, readiness.wanted.value, problem.value]).toEqual([0, true, null])
  state.value = up
  await vi.advanceTimersByTimeAsync(0)
  expect([presence.mock.calls.length, readiness.wanted.value]).toEqual([1, false])
  state.value = { ...up, link: 'lost' }
  await readiness.want()
  readiness.forget()
  state.value = up
  await vi.advanceTimersByTimeAsync(60_000)
  expect(presence).toHaveBeenCalledTimes(1)
})

test.each([0, 502])('a server that is away without the page knowing yet (%i) is asked until it is there', async (status) => {
  const presence = vi.spyOn(api, 'presence').mockRejectedValue(new Problem(status, status === 0 ? 'unreachable' : 'refused', ''))
  const { problem, readiness } = bench(up)
  await readiness.want()
  await vi.advanceTimersByTimeAsync(20_000)
  expect([readiness.wanted.value, problem.value]).toEqual([true, null])
  presence.mockResolvedValue(operator)
  await vi.advanceTimersByTimeAsync(800)
  expect(readiness.wanted.value).toBe(false)
})

test('a phone that the server does not know after a while is its to refuse, in its words', async () => {
  const refused = new Problem(409, 'refused', '电话未注册，暂时不能就绪。')
  const presence = vi.spyOn(api, 'presence').mockRejectedValue(refused)
  const { problem, readiness } = bench({ ...up, operator: { ...operator, phone: false } })
  await readiness.want()
  await vi.advanceTimersByTimeAsync(9_000)
  expect([presence.mock.calls.length, problem.value, readiness.wanted.value]).toEqual([1, refused, false])
})

test('while the telephone system is away it is not asked whether it knows the phone', async () => {
  const presence = vi.spyOn(api, 'presence').mockResolvedValue(operator)
  const { state, readiness } = bench({ ...up, telephony: false, operator: { ...operator, phone: false } })
  await readiness.want()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([presence.mock.calls.length, readiness.wanted.value]).toEqual([0, true])
  state.value = up
  await vi.advanceTimersByTimeAsync(0)
  expect([presence.mock.calls.length, readiness.wanted.value]).toEqual([1, false])
})

test('an answer to a 就绪 that was taken back is told to nobody, and none is asked for when the page was left', async () => {
  let fail: (why: Problem) => void = () => undefined
  const presence = vi.spyOn(api, 'presence').mockImplementation(() => new Promise((_, reject) => {
    fail = reject
  }))
  const { problem, readiness } = bench(up)
  void readiness.want()
  readiness.forget()
  fail(new Problem(409, 'refused', '有来电正在振铃'))
  await vi.advanceTimersByTimeAsync(0)
  expect(problem.value).toBeNull()
  void readiness.want()
  readiness.stop()
  fail(new Problem(0, 'unreachable', ''))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(presence).toHaveBeenCalledTimes(2)
})
