import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSSRApp, effectScope, h, nextTick, ref, type EffectScope } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { createI18n } from 'vue-i18n'
import { api, Problem } from '../src/api'
import NodeForm from '../src/components/admin/NodeForm.vue'
import { zh } from '../src/locales/zh'
import { blank, fresh, whole, type Menu, type MenuData } from '../src/menus'
import { shelfKey, useMenuEditor } from '../src/menueditor'
import type { Stored } from '../src/policy'
import { Shelf } from './samples'

const PLACE = shelfKey('admin', 'water')
const titled = (title: string): MenuData => whole({ ...blank('water', 'call'), title })
const stored = (version: number, title: string, changed_by = 'admin'): Stored<MenuData> =>
  ({ key: 'water', version, changed_at: '', changed_by, data: titled(title) })
const menu = (more: Partial<Menu> = {}): Menu => ({ name: 'water', stands: stored(3, '供水'), draft: null, shipped: false, lines: [], ...more })
/** What the server has when it is asked for the menus again. */
const there = (of: Menu) => vi.spyOn(api, 'menus').mockResolvedValueOnce({ items: [of], prompts: [], usual: 'main', outside: false })
const gone = new Problem(404, 'refused', '没有')
const stale = (current: Stored<MenuData> | null): Problem => new Problem(409, 'refused', '没有保存', [], { current })

let shelf: Shelf
let scope: EffectScope
const kept = () => JSON.parse(shelf.getItem(PLACE) ?? 'null') as { data: MenuData; draft: number; stands: number } | null
const open = (of = menu()) => scope.run(() => useMenuEditor(of, blank('water', 'call'), 'admin'))!

async function typing(editor: ReturnType<typeof open>, title: string): Promise<void> {
  editor.data.value.title = title
  await nextTick()
}

beforeEach(() => {
  vi.restoreAllMocks()
  vi.useFakeTimers()
  shelf = new Shelf()
  vi.stubGlobal('localStorage', shelf)
  vi.stubGlobal('window', globalThis)
  scope = effectScope()
  // outside of a component there is nobody to provide for
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  vi.spyOn(api, 'lookAtMenu').mockResolvedValue({ faults: [], picture: '' })
})

afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a rollback', () => {
  it('keeps what is being typed, as a change of the version that it put in force', async () => {
    const put = vi.spyOn(api, 'putMenu').mockResolvedValueOnce(stored(4, '自来水'))
    const editor = open()
    await typing(editor, '供水服务')
    expect(await editor.restore(titled('自来水'))).toBe(true)
    expect(editor.data.value.title).toBe('供水服务')
    expect(kept()).toMatchObject({ data: { title: '供水服务' }, stands: 4 })

    const again = open(menu({ stands: stored(4, '自来水') }))
    expect([again.data.value.title, again.changed.value]).toEqual(['供水服务', true])
    put.mockResolvedValueOnce(stored(5, '供水服务'))
    await again.publish()
    expect(put).toHaveBeenLastCalledWith('menus', expect.objectContaining({ title: '供水服务' }), 4)
    expect(kept()).toBeNull()
  })

  it('is what is shown where nothing was typed', async () => {
    vi.spyOn(api, 'putMenu').mockResolvedValueOnce(stored(4, '自来水'))
    const editor = open()
    await editor.restore(titled('自来水'))
    await nextTick()
    expect([editor.data.value.title, editor.changed.value, kept()]).toEqual(['自来水', false, null])
  })

  it('by which a draft says what is in force ends that draft', async () => {
    const put = vi.spyOn(api, 'putMenu').mockResolvedValueOnce(stored(4, '自来水'))
    const editor = open(menu({ draft: stored(2, '自来水') }))
    await typing(editor, '供水服务')
    await editor.restore(titled('自来水'))
    expect([editor.draft.value, kept()?.draft]).toEqual([null, 0])
    put.mockResolvedValueOnce(stored(1, '供水服务'))
    await editor.saveDraft()
    expect(put).toHaveBeenLastCalledWith('drafts', expect.anything(), null)
  })

  it('that another came before loses nothing either, whichever is taken', async () => {
    vi.spyOn(api, 'putMenu').mockRejectedValueOnce(stale(stored(4, '自来水', 'admin2')))
    const editor = open()
    await typing(editor, '供水服务')
    expect(await editor.restore(titled('旧'))).toBe(false)
    editor.takeTheirs()
    await nextTick()
    expect([editor.conflict.value, editor.data.value.title, kept()?.data.title]).toEqual([null, '供水服务', '供水服务'])
  })

  it('to the menu that is shipped leaves draft and typing alone', async () => {
    const drop = vi.spyOn(api, 'dropMenu').mockResolvedValue(undefined)
    const editor = open(menu({ shipped: true, draft: stored(7, '草稿', 'admin2') }))
    await typing(editor, '供水服务')
    expect(await editor.remove()).toBe(true)
    expect(drop.mock.calls).toEqual([['menus', 'water', 3]])
    expect(kept()).toMatchObject({ data: { title: '供水服务' }, draft: 7, stands: 0 })
  })
})

describe('taking a menu away', () => {
  it('that a line names is refused before its draft is touched', async () => {
    const drop = vi.spyOn(api, 'dropMenu').mockRejectedValueOnce(new Problem(409, 'refused', '没有删除：线路 12345'))
    const editor = open(menu({ draft: stored(7, '草稿') }))
    await typing(editor, '供水服务')
    expect(await editor.remove()).toBe(false)
    expect(drop.mock.calls).toEqual([['menus', 'water', 3]])
    expect([editor.problem.value?.detail, editor.draft.value?.version, kept()?.data.title]).toEqual(['没有删除：线路 12345', 7, '供水服务'])
  })

  it('takes its draft and what is typed with it, but not what another has drafted since', async () => {
    const drop = vi.spyOn(api, 'dropMenu').mockResolvedValueOnce(undefined).mockRejectedValueOnce(stale(stored(8, '别人的', 'admin2')))
    const editor = open(menu({ draft: stored(7, '草稿') }))
    await typing(editor, '供水服务')
    expect(await editor.remove()).toBe(true)
    expect(drop.mock.calls).toEqual([['menus', 'water', 3], ['drafts', 'water', 7]])
    expect([editor.conflict.value, kept()]).toEqual([null, null])
  })
})

describe('publishing', () => {
  it.each([['is over already', gone], ['was saved by another meanwhile', stale(stored(8, '别人的', 'admin2'))]])('is done where the draft %s just now', async (_, refused) => {
    vi.spyOn(api, 'putMenu').mockResolvedValueOnce(stored(4, '供水服务'))
    const drop = vi.spyOn(api, 'dropMenu').mockRejectedValueOnce(refused)
    const before = menu({ draft: stored(7, '草稿') })
    there(before)
    const editor = open(before)
    await typing(editor, '供水服务')
    expect(await editor.publish()).toBe(true)
    expect(drop.mock.calls).toEqual([['drafts', 'water', 7]])
    expect([editor.problem.value, editor.conflict.value, kept()]).toEqual([null, null, null])
  })

  it.each([['has ended', null], ['has of another meanwhile', stored(8, '别人的', 'admin2')]])('asks for no end of a draft that the server %s', async (_, draft) => {
    vi.spyOn(api, 'putMenu').mockResolvedValueOnce(stored(4, '草稿'))
    const drop = vi.spyOn(api, 'dropMenu')
    there(menu({ stands: stored(4, '草稿'), draft }))
    const editor = open(menu({ draft: stored(7, '草稿') }))
    expect([await editor.publish(), editor.draft.value, drop.mock.calls]).toEqual([true, null, []])
  })

  it('leaves a draft that was not the one gone on from', async () => {
    shelf.setItem(PLACE, JSON.stringify({ data: titled('供水服务'), draft: 0, stands: 3 }))
    vi.spyOn(api, 'putMenu').mockResolvedValueOnce(stored(4, '供水服务'))
    const drop = vi.spyOn(api, 'dropMenu')
    expect(await open(menu({ draft: stored(7, '别人的', 'admin2') })).publish()).toBe(true)
    expect(drop).not.toHaveBeenCalled()
  })

  it('that is refused keeps what is typed', async () => {
    vi.spyOn(api, 'putMenu').mockRejectedValueOnce(stale(stored(4, '自来水', 'admin2')))
    const editor = open()
    await typing(editor, '供水服务')
    expect(await editor.publish()).toBe(false)
    expect(kept()).toMatchObject({ data: { title: '供水服务' }, stands: 3 })
    editor.keepMine()
    expect(kept()).toMatchObject({ data: { title: '供水服务' }, stands: 4 })
  })
})

describe('a draft', () => {
  it('that is saved twice is no conflict with oneself', async () => {
    const put = vi.spyOn(api, 'putMenu').mockResolvedValueOnce(stored(1, '供水服务')).mockResolvedValueOnce(stored(2, '供水热线'))
    const editor = open()
    await typing(editor, '供水服务')
    await editor.saveDraft()
    expect([editor.changed.value, kept()]).toEqual([false, null])
    await typing(editor, '供水热线')
    expect(kept()?.draft).toBe(1)
    await editor.saveDraft()
    expect(put.mock.calls.map(([kind, , version]) => [kind, version])).toEqual([['drafts', null], ['drafts', 1]])
  })

  it('that is discarded takes what is typed with it', async () => {
    vi.spyOn(api, 'dropMenu').mockRejectedValueOnce(gone)
    const editor = open(menu({ draft: stored(7, '草稿') }))
    await typing(editor, '供水服务')
    expect(await editor.discard()).toBe(true)
    await nextTick()
    expect([editor.data.value.title, kept()]).toEqual(['供水', null])
  })
})

describe('what is typed', () => {
  it('gives way to what the server has only when that is said twice, with nothing typed between', async () => {
    const editor = open()
    await typing(editor, '供水服务')
    editor.revert()
    expect([editor.sure.value, editor.data.value.title]).toEqual(['revert', '供水服务'])
    await typing(editor, '供水热线')
    editor.revert()
    expect(editor.data.value.title).toBe('供水热线')
    editor.revert()
    expect([editor.sure.value, editor.data.value.title]).toEqual(['', '供水'])
  })

  it('gives way to a former version only when that is said twice', async () => {
    const editor = open()
    await typing(editor, '供水服务')
    expect([editor.lookAt(titled('旧'), 5, 2), editor.lookAt(titled('更旧'), 4, 1), editor.data.value.title]).toEqual([false, false, '供水服务'])
    expect([editor.lookAt(titled('更旧'), 4, 1), editor.data.value.title]).toEqual([true, '更旧'])
    await nextTick()
    // one that was only looked at is not lost
    expect([editor.lookAt(titled('旧'), 5, 2), editor.data.value.title]).toEqual([true, '旧'])
  })
})

it('a former version is told as what it is until something is typed in it', async () => {
  const editor = open()
  expect(editor.looked.value).toBeNull()
  editor.lookAt(titled('旧'), 5, 2)
  expect(editor.looked.value?.number).toBe(2)
  await typing(editor, '供水服务')
  expect(editor.looked.value).toBeNull()
  editor.lookAt(titled('旧'), 5, 2)
  editor.lookAt(titled('旧'), 5, 2)
  editor.revert()
  expect(editor.looked.value).toBeNull()
})

it('is looked at again in another language', async () => {
  const look = vi.spyOn(api, 'lookAtMenu').mockResolvedValue({ faults: [], picture: '' })
  const language = ref('zh-CN')
  scope.run(() => useMenuEditor(menu(), blank('water', 'call'), 'admin', language))
  expect(look).toHaveBeenCalledTimes(1)
  language.value = 'en'
  await nextTick()
  expect(look).toHaveBeenCalledTimes(2)
})

it('what could not be looked at is no fault any more once it could', async () => {
  const look = vi.spyOn(api, 'lookAtMenu').mockRejectedValueOnce(new Problem(0, 'unreachable', ''))
  const editor = open()
  await vi.advanceTimersByTimeAsync(0)
  expect(editor.problem.value?.kind).toBe('unreachable')
  await typing(editor, '供水服务')
  await vi.advanceTimersByTimeAsync(300)
  expect([look.mock.calls.length, editor.problem.value]).toEqual([2, null])
})

it('seconds left empty stay empty, and their fault stands at their field', async () => {
  const data: MenuData = { ...titled('供水'), start: 'ask', nodes: { ask: { ...fresh('choose'), wait_s: null }, people: fresh('queue') } }
  const fault = { place: 'nodes.ask.wait_s', node: 'ask', text: '请填写 1 到 20 秒' }
  vi.spyOn(api, 'lookAtMenu').mockResolvedValue({ faults: [fault], picture: '' })
  const page = createSSRApp({
    async setup() {
      const editor = useMenuEditor(menu({ draft: { ...stored(2, '供水'), data } }), blank('water', 'call'), 'admin')
      const node = ref(editor.data.value.nodes.ask!)
      await vi.advanceTimersByTimeAsync(0)
      expect([node.value.wait_s, editor.changed.value]).toEqual([null, false])
      return () => h(NodeForm, { modelValue: node.value, name: 'ask', names: ['ask', 'people'], purpose: 'call', begins: true, queues: [], prompts: [] })
    },
  })
  page.use(createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': zh } }))
  const shown = await renderToString(page)
  expect(shown).toMatch(/<input[^>]*type="number"[^>]*aria-invalid="true"/)
  expect(shown).toContain('请填写 1 到 20 秒')
})
