/** Which presses of a key are meant for the page. */

/**
 * The input method's own (W3C UI Events: `isComposing`, or the key `Process`): Enter takes its word, Escape drops it, arrows
 * choose another.
 */
export function composing({ isComposing, key }: Pick<KeyboardEvent, 'isComposing' | 'key'>): boolean {
  return isComposing || key === 'Process'
}

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** Ctrl S; with Caps Lock, by which many change between Chinese and English, the browser tells of a capital. */
export function saves({ key, ctrlKey, metaKey, altKey, shiftKey }: Press): boolean {
  return key.toLowerCase() === 's' && (ctrlKey || metaKey) && !altKey && !shiftKey
}
