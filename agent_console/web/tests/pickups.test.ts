import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { api, Problem } from '../src/api'
import type { PickUp } from '../src/model'
import { createPickUps } from '../src/pickups'
import { call } from './samples'

const RINGS: PickUp = { call, ringing: ['李晓雯'] }

const nobodyWaits = (): boolean => false

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('several changes in a moment are one request, and while there is something to pick up it is asked for again', async () => {
  const asked = vi.spyOn(api, 'pickUps').mockResolvedValue({ items: [RINGS] })
  const pickUps = createPickUps(nobodyWaits)
  pickUps.refresh()
  pickUps.refresh()
  await vi.advanceTimersByTimeAsync(300)
  expect([asked.mock.calls.length, pickUps.items.value]).toEqual([1, [RINGS]])
  asked.mockResolvedValue({ items: [] })
  await vi.advanceTimersByTimeAsync(3_000)
  expect([asked.mock.calls.length, pickUps.items.value]).toEqual([2, []])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveBeenCalledTimes(2)
})

test('a change while an answer is under way does not make it be asked for twice as often for good', async () => {
  const asked = vi.spyOn(api, 'pickUps').mockImplementation(() => new Promise((done) => {
    setTimeout(() => done({ items: [RINGS] }), 200)
  }))
  const pickUps = createPickUps(nobodyWaits)
  pickUps.refresh()
  await vi.advanceTimersByTimeAsync(400)
  pickUps.refresh()
  await vi.advanceTimersByTimeAsync(500)
  expect(asked).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(2 * 3_200)
  expect(asked).toHaveBeenCalledTimes(4)
})

test('a late answer to an earlier question is not shown', async () => {
  const answers: ((page: { items: PickUp[] }) => void)[] = []
  vi.spyOn(api, 'pickUps').mockImplementation(() => new Promise((done) => answers.push(done)))
  const pickUps = createPickUps(nobodyWaits)
  pickUps.refresh()
  await vi.advanceTimersByTimeAsync(300)
  pickUps.refresh()
  await vi.advanceTimersByTimeAsync(300)
  answers[1]!({ items: [] })
  answers[0]!({ items: [RINGS] })
  await vi.advanceTimersByTimeAsync(0)
  expect(pickUps.items.value).toEqual([])
})

test('without an answer nothing is there to press for, and it is asked for again', async () => {
  const asked = vi.spyOn(api, 'pickUps').mockRejectedValueOnce(new Problem(0, 'timeout', '')).mockResolvedValue({ items: [RINGS] })
  const pickUps = createPickUps(nobodyWaits)
  pickUps.refresh()
  await vi.advanceTimersByTimeAsync(300)
  expect(pickUps.items.value).toEqual([])
  await vi.advanceTimersByTimeAsync(3_000)
  expect([asked.mock.calls.length, pickUps.items.value]).toEqual([2, [RINGS]])
})

test('who waits and cannot be taken yet, as he is told that his transfer failed, is asked for again until he is there', async () => {
  let waits = true
  const asked = vi.spyOn(api, 'pickUps').mockResolvedValue({ items: [] })
  const pickUps = createPickUps(() => waits)
  pickUps.refresh()
  await vi.advanceTimersByTimeAsync(300)
  expect([asked.mock.calls.length, pickUps.items.value]).toEqual([1, []])
  asked.mockResolvedValue({ items: [RINGS] })
  await vi.advanceTimersByTimeAsync(3_000)
  expect([asked.mock.calls.length, pickUps.items.value]).toEqual([2, [RINGS]])
  waits = false
  asked.mockResolvedValue({ items: [] })
  await vi.advanceTimersByTimeAsync(60_000)
  expect([asked.mock.calls.length, pickUps.items.value]).toEqual([3, []])
})

test('when the page is left nothing is asked for any more', async () => {
  const asked = vi.spyOn(api, 'pickUps').mockResolvedValue({ items: [RINGS] })
  const pickUps = createPickUps(nobodyWaits)
  pickUps.refresh()
  pickUps.stop()
  pickUps.refresh()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).not.toHaveBeenCalled()
})
