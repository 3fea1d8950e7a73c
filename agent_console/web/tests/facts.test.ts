import { afterAll, expect, test, vi } from 'vitest'
import { call, Shelf } from './samples'

// The language of the page is read from the shelf as soon as its texts are loaded.
vi.stubGlobal('localStorage', new Shelf())
const { factsOf } = await import('../src/facts')

afterAll(() => void vi.unstubAllGlobals())

test('a call in full tells where the menu led, and what the citizen answered after the talk', () => {
  expect(factsOf({ ...call, menu_step: 'traffic people', ratings: { satisfaction: '2', polite: '1' } })).toEqual([
    '菜单：traffic people', '回访：satisfaction 2、polite 1',
  ])
})

test('a call of a list, or one without a menu, tells nothing of it', () => {
  expect([factsOf(call), factsOf({ ...call, menu_step: '', ratings: {} })]).toEqual([[], []])
})
