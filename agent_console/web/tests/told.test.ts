import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { keepTimeOf } from '../src/format'
import { Shelf } from './samples'

// The language of the page is read from the shelf as soon as its texts are loaded.
vi.stubGlobal('localStorage', new Shelf())
const { fieldName, told } = await import('../src/told')

beforeAll(() => keepTimeOf('Asia/Shanghai'))
afterAll(() => void vi.unstubAllGlobals())

test('a handover among the changes is told in words and times of the city', () => {
  const at = Date.parse('2026-11-23T18:30:00+08:00') / 1000
  expect([told('at', at), told('taken_at', at)]).toEqual(['2026-11-23 18:30', '2026-11-23 18:30'])
  expect(told('open', { waiting: 0, messages: 2, calls: 1, notices: ['停水'] })).toBe('排队 0、待处理留言 2、通话中 1、播报 停水')
  expect(fieldName('handovers', 'taken_at')).toBe('接班时间')
})

test('a skill is told by its own name, whatever else has that name', () => {
  expect(told('skills', { waiting: 3 })).toBe('waiting 3')
})

test('a special day among the changes is told in words', () => {
  expect([told('kind', 'holiday'), told('kind', 'nuisance')]).toEqual(['放假', '骚扰'])
  expect([told('hours', ['closed']), told('hours', ['09:00-12:00', '14:00-17:00'])]).toEqual(['全天不服务', '09:00-12:00、14:00-17:00'])
  expect(told('date', '2026-10-01')).toBe('2026-10-01')
})
