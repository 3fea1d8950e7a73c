import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { api, Problem } from '../src/api'
import type { Call, Page } from '../src/model'
import { createToday } from '../src/today'
import { call, kase } from './samples'

const away = new Problem(0, 'unreachable', '')

function page<T>(...items: T[]): Page<T> {
  return { items, next: null }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('of a day that nobody could read none says that it was empty, and it is asked for again until it is read', async () => {
  const calls = vi.spyOn(api, 'calls').mockRejectedValueOnce(away).mockResolvedValue(page(call))
  vi.spyOn(api, 'cases').mockResolvedValue(page(kase))
  const today = createToday()
  today.refresh()
  await vi.advanceTimersByTimeAsync(300)
  expect([today.loaded.value, today.cases.value, calls.mock.calls.length]).toEqual([false, [kase], 1])
  await vi.advanceTimersByTimeAsync(10_000)
  expect([today.loaded.value, today.calls.value]).toEqual([true, [call]])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(calls).toHaveBeenCalledTimes(2)
})

test('an answer to an earlier question is not shown over a later one', async () => {
  const answers: ((calls: Page<Call>) => void)[] = []
  vi.spyOn(api, 'calls').mockImplementation(() => new Promise((done) => answers.push(done)))
  vi.spyOn(api, 'cases').mockResolvedValue(page())
  const today = createToday()
  today.refresh()
  await vi.advanceTimersByTimeAsync(300)
  today.refresh()
  await vi.advanceTimersByTimeAsync(300)
  answers[1]!(page(call))
  await vi.advanceTimersByTimeAsync(0)
  answers[0]!(page())
  await vi.advanceTimersByTimeAsync(0)
  expect(today.calls.value).toEqual([call])
})

test('a case that was saved while the lists were asked for stays in them', async () => {
  vi.spyOn(api, 'calls').mockResolvedValue(page(call))
  let answer: () => void = () => undefined
  vi.spyOn(api, 'cases').mockReturnValueOnce(new Promise((done) => {
    answer = () => done(page())
  })).mockResolvedValue(page(kase))
  const today = createToday()
  today.refresh()
  await vi.advanceTimersByTimeAsync(300)
  today.note(kase)
  answer()
  await vi.advanceTimersByTimeAsync(0)
  expect(today.cases.value).toEqual([kase])
  await vi.advanceTimersByTimeAsync(300)
  expect([today.cases.value, today.calls.value, today.loaded.value]).toEqual([[kase], [call], true])
})

test('when the page was left nothing is asked for any more', async () => {
  const calls = vi.spyOn(api, 'calls').mockRejectedValue(away)
  vi.spyOn(api, 'cases').mockRejectedValue(away)
  const today = createToday()
  today.refresh()
  await vi.advanceTimersByTimeAsync(300)
  today.stop()
  today.refresh()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(calls).toHaveBeenCalledTimes(1)
})
