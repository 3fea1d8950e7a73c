import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import { api, Problem } from '../src/api'
import { draftKey, useEditor } from '../src/editor'
import type { Prompt, Sound } from '../src/menus'
import type { PromptData } from '../src/policy'
import { asStored, usePromptSound } from '../src/promptsound'
import { Shelf } from './samples'

const PLACE = draftKey('admin', 'prompts', 'greeting')
const shipped: Prompt = { name: 'greeting', text: '您好', voice: '', seconds: 2, version: 'abc', url: '', used: [], shipped: true, stored: null }
const sound = (name: string): Sound => ({ sound: name, url: '', seconds: 2, level: -20, peak: -3, rate: 8000, channels: 1, source_s: 2, clipped: false })
const file = new File([], 'own.wav')

let shelf: Shelf
let scope: EffectScope
const kept = () => (JSON.parse(shelf.getItem(PLACE) ?? 'null') as { data: PromptData } | null)?.data

/** The form of a prompt as it is open in the page. */
function open(prompt: Prompt | null = shipped) {
  return scope.run(() => {
    const editor = useEditor('prompts', prompt && asStored(prompt), 'admin')
    return { editor, data: editor.data, ...usePromptSound(() => prompt, editor.data, editor) }
  })!
}

beforeEach(() => {
  vi.restoreAllMocks()
  shelf = new Shelf()
  vi.stubGlobal('localStorage', shelf)
  scope = effectScope()
  // outside of a component there is nobody to provide for
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})

afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})

describe('words beside a sound', () => {
  it.each([['a new prompt', null], ['one that there is', shipped]])('are said to differ from those that were spoken, for %s', async (_, prompt) => {
    vi.spyOn(api, 'speakSound').mockResolvedValueOnce(sound('aa')).mockResolvedValueOnce(sound('bb'))
    const form = open(prompt)
    form.data.value.text = '甲'
    await form.speak('zf_xiaoxiao', 1)
    expect([form.data.value.sound, form.differs.value]).toEqual(['aa', false])
    form.data.value.text = '乙'
    expect(form.differs.value).toBe(true)
    await form.speak('zf_xiaoxiao', 1)
    expect([form.data.value.sound, form.differs.value]).toEqual(['bb', false])
  })

  it('are compared also when the page was loaded anew', async () => {
    vi.spyOn(api, 'speakSound').mockResolvedValueOnce(sound('aa'))
    const form = open()
    form.data.value.text = '甲'
    await form.speak('zf_xiaoxiao', 1)
    form.data.value.text = '乙'
    await nextTick()
    scope.stop()
    scope = effectScope()
    expect([open().data.value.sound, open().differs.value]).toEqual(['aa', true])
  })

  it('are whatever an upload says', async () => {
    vi.spyOn(api, 'uploadSound').mockResolvedValueOnce(sound('up'))
    const form = open()
    form.data.value.text = '甲'
    expect(form.differs.value).toBe(true)
    await form.upload(file)
    form.data.value.text = '乙'
    expect(form.differs.value).toBe(false)
  })

  it('are those of the former one that was loaded', () => {
    const form = open()
    form.former({ name: 'greeting', text: '旧', sound: 'old', voice: '' }, 5)
    expect([form.data.value.sound, form.differs.value]).toEqual(['old', false])
    form.data.value.text = '新'
    expect(form.differs.value).toBe(true)
  })
})

it('a former one takes the place of changes only when that is said twice', () => {
  const old = { name: 'greeting', text: '旧', sound: 'old', voice: '' }
  const form = open()
  form.data.value.text = '甲'
  form.former(old, 5)
  expect([form.sure.value, form.data.value.text]).toEqual(['load/5', '甲'])
  form.former(old, 5)
  expect([form.sure.value, form.data.value.text]).toEqual(['', '旧'])
  form.former({ ...old, text: '更旧', sound: 'older' }, 4)
  expect(form.data.value.text).toBe('更旧')
})

describe('a sound that is being made', () => {
  function made() {
    let answer: (one: Sound) => void = () => undefined
    vi.spyOn(api, 'speakSound').mockReturnValueOnce(new Promise((resolve) => { answer = resolve }))
    return (one: Sound) => answer(one)
  }

  it('is waited for before anything is saved or removed', async () => {
    const answer = made()
    const put = vi.spyOn(api, 'putDocument')
    const drop = vi.spyOn(api, 'dropDocument')
    const form = open()
    const making = form.speak('zf_xiaoxiao', 1)
    expect([form.editor.held.value, await form.editor.save(), await form.editor.remove()]).toEqual([true, null, false])
    expect([put.mock.calls, drop.mock.calls]).toEqual([[], []])
    answer(sound('aa'))
    await making
    expect([form.editor.held.value, form.data.value.sound]).toEqual([false, 'aa'])
  })

  it('is on the shelf of its prompt where the form was left meanwhile', async () => {
    const answer = made()
    const form = open()
    form.data.value.text = '甲'
    await nextTick()
    const making = form.speak('zf_xiaoxiao', 1)
    scope.stop()
    answer(sound('aa'))
    await making
    expect(kept()).toEqual({ name: 'greeting', text: '甲', sound: 'aa', voice: 'zf_xiaoxiao' })
  })

  it('comes into the form that is open for its prompt by then, beside what was typed there', async () => {
    const answer = made()
    const making = open().speak('zf_xiaoxiao', 1)
    scope.stop()
    scope = effectScope()
    const form = open()
    form.data.value.text = '乙'
    answer(sound('aa'))
    await making
    await nextTick()
    expect(form.data.value).toMatchObject({ text: '乙', sound: 'aa' })
    expect(form.differs.value).toBe(true)
    expect(kept()).toMatchObject({ text: '乙', sound: 'aa' })
  })

  it('and could not be leaves the form free, and says why', async () => {
    vi.spyOn(api, 'uploadSound').mockRejectedValueOnce(new Problem(422, 'refused', '读不出声音'))
    const form = open()
    await form.upload(file)
    expect([form.editor.held.value, form.problem.value?.detail]).toEqual([false, '读不出声音'])
  })
})
