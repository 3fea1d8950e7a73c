import { afterAll, expect, test, vi } from 'vitest'
import { call, Shelf } from './samples'

// The language of the page is read from the shelf as soon as its texts are loaded.
vi.stubGlobal('localStorage', new Shelf())
const { factsOf } = await import('../src/facts')
const { i18n } = await import('../src/i18n')

afterAll(() => {
  i18n.global.locale.value = 'zh-CN'
  vi.unstubAllGlobals()
})

test('a call in full tells where the menu led, and what the citizen answered after the talk', () => {
  expect(factsOf({ ...call, menu_step: 'traffic people', ratings: { satisfaction: '2', polite: '1' } })).toEqual([
    '菜单：traffic people', '回访：satisfaction 2、polite 1',
  ])
})

test('a call of a list, or one without a menu, tells nothing of it', () => {
  expect([factsOf(call), factsOf({ ...call, menu_step: '', ratings: {} })]).toEqual([[], []])
})

test('how often a call-back was tried is told as one says it', () => {
  const tried = () => [0, 1, 2].map((n) => i18n.global.t('work.tried', { n }, n))
  expect(tried()).toEqual(['已回电 0 次', '已回电 1 次', '已回电 2 次'])
  i18n.global.locale.value = 'en'
  expect(tried()).toEqual(['not tried', 'tried once', 'tried 2 times'])
})
