import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { api, Problem } from '../src/api'
import { createReadiness } from '../src/readiness'
import { INITIAL, type State } from '../src/state'
import { operator } from './samples'

const account = { login: 'op1001', name: '李晓雯', role: 'operator' as const }

function bench() {
  const state = shallowRef<State>(INITIAL)
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
  state.value = { ...INITIAL, phone: 'registered', operator }
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
  state.value = { ...INITIAL, phone: 'registered', operator: { ...operator, phone: false } }
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
  state.value = { ...INITIAL, phone: 'registered', operator }
  await nextTick()
  await readiness.want()
  expect([problem.value, readiness.wanted.value]).toEqual([refused, false])
  state.value = { ...INITIAL, phone: 'connecting' }
  await readiness.want()
  readiness.forget()
  state.value = { ...INITIAL, phone: 'registered', operator }
  await nextTick()
  expect(presence).toHaveBeenCalledTimes(1)
})
