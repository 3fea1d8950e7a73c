import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { shallowRef } from 'vue'
import { keepTimeOf } from '../src/format'
import { Shelf } from './samples'

// The language of the page is read from the shelf as soon as its texts are loaded.
vi.stubGlobal('localStorage', new Shelf())
const { createReading, dayHours, openingText, weekday } = await import('../src/calendar')
const NOW = Date.parse('2026-09-30T17:00:00+08:00')

beforeAll(() => keepTimeOf('Asia/Shanghai'))
afterAll(() => void vi.unstubAllGlobals())

test('it is told whether a queue is open and when that changes, in the time of the city', () => {
  expect(openingText({ open: true, turns_at: '2026-09-30T17:30:00+08:00' }, NOW)).toBe('服务中，17:30 结束')
  expect(openingText({ open: false, turns_at: '2026-10-08T08:30:00+08:00' }, NOW)).toBe('非服务时间，10-08 08:30 开始')
  expect(openingText({ open: true, turns_at: null }, NOW)).toBe('服务中，不停')
  expect(openingText({ open: false, turns_at: null }, NOW)).toBe('非服务时间，一年内不开')
})

test('a special day without hours goes by the rules, and a date has its day of the week in every time zone', () => {
  expect([dayHours([]), dayHours(['Closed'])]).toEqual(['按各队列的规则', '全天不服务'])
  expect(weekday('2026-10-01')).toBe('周四')
})

test('a remark that was read stands there no more, another does', () => {
  const remark = (zh: string) => ({ zh, en: '', cure_zh: '', cure_en: '', pressing: false })
  const remarks = shallowRef([remark('2027 年'), remark('2028 年')])
  const { unread, noted } = createReading(() => remarks.value)
  noted(remark('2027 年'))
  expect(unread.value.map((one) => one.zh)).toEqual(['2028 年'])
  remarks.value = [remark('2027 年'), remark('2029 年')]
  expect(unread.value.map((one) => one.zh)).toEqual(['2029 年'])
})
