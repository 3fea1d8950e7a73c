import { afterEach, expect, test, vi } from 'vitest'
import { kase, Shelf } from './samples'

// The language of the page is read from the shelf as soon as its texts are loaded.
vi.stubGlobal('localStorage', new Shelf())
const { fieldTold, stateTold } = await import('../src/casewords')
const { i18n } = await import('../src/i18n')

afterEach(() => {
  i18n.global.locale.value = 'zh-CN'
})

test('where a case stands, its type and its urgency are told in the language of the page', () => {
  expect([stateTold('待受理'), fieldTold('type', kase), fieldTold('urgency', kase)]).toEqual(['待受理', '求助', '一般'])
  i18n.global.locale.value = 'en'
  expect([stateTold('待受理'), fieldTold('type', kase), fieldTold('urgency', kase)]).toEqual(['Not yet accepted', 'Help', 'Normal'])
})

test('what a citizen is quoted with is told as it was written, and a state without words as it is', () => {
  i18n.global.locale.value = 'en'
  expect([fieldTold('content', kase), fieldTold('type', { ...kase, type: '' }), stateTold('已办结')]).toEqual(['路灯不亮', '', '已办结'])
})
