import { expect, test } from 'vitest'
import { composing, saves } from '../src/keys'

const plain = { key: 's', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

test.each([
  ['Ctrl S', { ...plain, ctrlKey: true }, true],
  ['Ctrl S with Caps Lock', { ...plain, key: 'S', ctrlKey: true }, true],
  ['Cmd S', { ...plain, metaKey: true }, true],
  ['S alone', plain, false],
  ['Ctrl Shift S, by which browsers save a picture', { ...plain, key: 'S', ctrlKey: true, shiftKey: true }, false],
  ['Ctrl Alt S, by which letters are typed', { ...plain, ctrlKey: true, altKey: true }, false],
] as const)('%s saves the case: %j, %s', (_, press, expected) => {
  expect(saves(press)).toBe(expected)
})

test.each([
  [{ key: 'Enter', isComposing: true }, true],
  [{ key: 'Process', isComposing: false }, true],
  [{ key: 'Enter', isComposing: false }, false],
] as const)('%j is of the input method: %s', (press, expected) => {
  expect(composing(press)).toBe(expected)
})
