import { afterEach, expect, test, vi } from 'vitest'
import { Shelf } from './samples'

// The language of the page is read from the shelf as soon as its texts are loaded.
vi.stubGlobal('localStorage', new Shelf())
const { momentTold } = await import('../src/moments')
const { i18n } = await import('../src/i18n')

const NAMES = new Map([['op1001', '李晓雯'], ['op1002', '陈建国'], ['main', '市长热线']])
const told = (kind: string, detail = '') => momentTold({ at: '', kind, detail }, (word) => NAMES.get(word) ?? word)

afterEach(() => {
  i18n.global.locale.value = 'zh-CN'
})

test('a moment is told in words, with names for logins and queues', () => {
  expect(told('queued', 'main')).toBe('进入 市长热线 队列')
  expect(told('offered', 'op1001 op1002')).toBe('分配给 李晓雯、陈建国')
  expect(told('taken', 'op1001 op1002')).toBe('李晓雯 把市民转给 陈建国')
  expect(told('transferred', 'op1001 13800138000')).toBe('李晓雯 转给 138 0013 8000')
  expect(told('ended', '16')).toBe('通话结束')
})

test('how it ended with the second party is told in words, too', () => {
  expect(told('party_ended', 'op1002 busy')).toBe('陈建国 占线，返回市民')
  expect(told('party_ended', '110 not_answered')).toBe('110 无人接听，返回市民')
  expect(told('ring_ended', 'op1001 refused')).toBe('李晓雯 拒接')
  i18n.global.locale.value = 'en'
  expect(told('party_ended', 'op1002 hung_up')).toBe('陈建国: hung up; back with the citizen')
})

test('how a supervisor was there is told in words', () => {
  expect([told('watched', 'op1002 whisper'), told('watch_over', 'op1002 barge')]).toEqual(['班长 陈建国 密语', '班长 陈建国 结束插话'])
  i18n.global.locale.value = 'en'
  expect([told('watched', 'op1002 listen'), told('watch_over', 'op1002 listen')]).toEqual(['Supervisor 陈建国: Listen', 'Supervisor 陈建国: Listen is over'])
})

test('what a newer server tells is not shown in its own words', () => {
  expect(told('teleported', 'op1001')).toBeNull()
  expect(told('party_ended', 'op1002 evaporated')).toBe('陈建国 ，返回市民')
})
