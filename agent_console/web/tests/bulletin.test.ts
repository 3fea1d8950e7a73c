import { afterEach, expect, test, vi } from 'vitest'
import { api, Problem } from '../src/api'
import { createBulletin } from '../src/bulletin'
import type { Notice, Page } from '../src/model'

const water: Notice = {
  id: 'n1', text: '天元区停水。', area: '天元区', case: '20261123-0001', since: '2026-11-23T18:30:00+08:00',
  until: '2026-11-24T18:30:00+08:00', by: 'sup1', joined: 0,
}

afterEach(() => void vi.restoreAllMocks())

test('a notice that was withdrawn is not put back by an answer that was asked for before', async () => {
  vi.spyOn(api, 'pauses').mockResolvedValue({ items: [], next: null })
  let answer: (page: Page<Notice>) => void = () => undefined
  vi.spyOn(api, 'notices').mockReturnValueOnce(new Promise((done) => {
    answer = done
  })).mockResolvedValue({ items: [], next: null })
  const bulletin = createBulletin()
  const first = bulletin.look()
  await bulletin.look()
  answer({ items: [water], next: null })
  await first
  expect(bulletin.notices.value).toEqual([])
})

test('what could not be asked for stays as it was', async () => {
  vi.spyOn(api, 'pauses').mockResolvedValue({ items: [], next: null })
  vi.spyOn(api, 'notices').mockResolvedValueOnce({ items: [water], next: null }).mockRejectedValue(new Problem(0, 'unreachable', ''))
  const bulletin = createBulletin()
  await bulletin.look()
  await bulletin.look()
  expect(bulletin.notices.value).toEqual([water])
})
