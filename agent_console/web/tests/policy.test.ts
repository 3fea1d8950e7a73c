import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { api, Problem } from '../src/api'
import { draftKey, useEditor } from '../src/editor'
import { fromLocalTime, keepTimeOf, localTime } from '../src/format'
import type { Account, Role } from '../src/model'
import { crew, differences, lastSeen, linesOf, withoutPublished, type Change, type Skill, type Stored } from '../src/policy'

const LAW: Stored<Skill> = { key: 'law', version: 3, changed_at: '', changed_by: 'admin', data: { name: 'law', title: '法律' } }
const PLACE = draftKey('admin', 'skills', 'law')

class Shelf {
  kept = new Map<string, string>()
  getItem = (key: string): string | null => this.kept.get(key) ?? null
  setItem = (key: string, value: string): void => void this.kept.set(key, value)
  removeItem = (key: string): void => void this.kept.delete(key)
}

describe('a document being edited', () => {
  let shelf: Shelf
  const open = (stored: Stored<Skill> | null = LAW) => useEditor('skills', stored, 'admin', shelf)

  beforeEach(() => {
    shelf = new Shelf()
    vi.restoreAllMocks()
    // outside of a component there is nobody to provide for
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  })

  it('is kept at every keystroke, and no longer when it is as it was', async () => {
    const editor = open()
    editor.data.value.title = '法务'
    await nextTick()
    expect(JSON.parse(shelf.getItem(PLACE) ?? '')).toEqual({ data: { name: 'law', title: '法务' }, version: 3 })
    expect(open().data.value.title).toBe('法务')
    editor.data.value.title = '法律'
    await nextTick()
    expect(shelf.getItem(PLACE)).toBeNull()
  })

  it('that was changed by another since is refused with both, and can then be saved over theirs', async () => {
    const theirs = { ...LAW, version: 4, data: { name: 'law', title: '律师' } }
    const put = vi.spyOn(api, 'putDocument')
    put.mockRejectedValueOnce(new Problem(409, 'refused', '没有保存', [], { current: theirs }))
    const editor = open()
    editor.data.value.title = '法务'
    await nextTick()
    expect(await editor.save()).toBeNull()
    expect(editor.conflict.value).toEqual(theirs)
    expect(shelf.getItem(PLACE)).not.toBeNull()
    editor.keepMine()
    put.mockResolvedValueOnce({ ...LAW, version: 5 })
    expect((await editor.save())?.version).toBe(5)
    expect(put).toHaveBeenLastCalledWith('skills', 'law', { name: 'law', title: '法务' }, 4)
    expect(shelf.getItem(PLACE)).toBeNull()
  })

  it('that is saved is compared with what was saved, and saved again over that', async () => {
    const put = vi.spyOn(api, 'putDocument')
    put.mockResolvedValueOnce({ ...LAW, version: 4, data: { name: 'law', title: '法务' } })
    const editor = open()
    editor.data.value.title = '法务 '
    await editor.save()
    expect([editor.changed.value, editor.data.value.title]).toEqual([false, '法务'])
    editor.data.value.title = '律师'
    await nextTick()
    expect(JSON.parse(shelf.getItem(PLACE) ?? '').version).toBe(4)
    put.mockResolvedValueOnce({ ...LAW, version: 5 })
    await editor.save()
    expect(put).toHaveBeenLastCalledWith('skills', 'law', { name: 'law', title: '律师' }, 4)
  })

  it('is theirs after a conflict for whoever takes theirs', async () => {
    const theirs = { ...LAW, version: 4, data: { name: 'law', title: '律师' } }
    vi.spyOn(api, 'putDocument').mockRejectedValueOnce(new Problem(409, 'refused', '没有保存', [], { current: theirs }))
    const editor = open()
    editor.data.value.title = '法务'
    await editor.save()
    editor.takeTheirs()
    expect([editor.data.value.title, editor.version.value, editor.changed.value, editor.conflict.value]).toEqual(['律师', 4, false, null])
    expect(shelf.getItem(PLACE)).toBeNull()
  })

  it('that another has removed is made anew by whoever keeps his', async () => {
    vi.spyOn(api, 'putDocument').mockRejectedValueOnce(new Problem(409, 'refused', '没有保存', [], { current: null }))
    const editor = open()
    await editor.save()
    expect(editor.conflict.value).toBe('gone')
    editor.keepMine()
    expect(editor.version.value).toBeNull()
  })

  it('shows each refusal at its field, and those of other documents apart', async () => {
    vi.spyOn(api, 'putDocument').mockRejectedValueOnce(new Problem(422, 'refused', '没有保存', [
      { field: 'title', message: '请填写名称' }, { field: 'needs.0.skill', message: '甲' }, { field: 'needs', message: '乙' },
      { field: 'queues/env.when_full', message: '队列 env：绕圈' },
    ]))
    const editor = open()
    await editor.save()
    expect(editor.errors.value).toEqual({ title: '请填写名称', needs: '甲 乙' })
    expect(editor.elsewhere.value).toEqual(['队列 env：绕圈'])
  })

  it('that is new is not sent without its name', async () => {
    const put = vi.spyOn(api, 'putDocument')
    const editor = open(null)
    editor.data.value.name = '  '
    await editor.save()
    expect(editor.errors.value).toEqual({ name: 'empty' })
    editor.data.value.name = 'law/2'
    await editor.save()
    expect(editor.errors.value).toEqual({ name: 'slash' })
    expect(put).not.toHaveBeenCalled()
  })
})

it('whoever works at a seat can be given a queue, a leader too', () => {
  const account = (login: string, role: Role): Account => ({ login, name: login, role })
  const accounts = [account('op2', 'operator'), account('leader1', 'leader'), account('sup1', 'supervisor')]
  expect(crew(accounts, [{ key: 'gone', version: 1, changed_at: '', changed_by: '', data: { login: 'gone', queues: [], skills: {} } }]))
    .toEqual(['gone', 'leader1', 'op2'])
})

it('what was saved is newer than what the list still shows', () => {
  const saved = { ...LAW, version: 4 }
  expect([lastSeen('law', [LAW, saved]), lastSeen('law', [saved, LAW]), lastSeen('gas', [LAW])]).toEqual([saved, saved, null])
})

it('only fields that differ are told', () => {
  expect(differences({ a: 1, b: [1], c: 2 }, { a: 1, b: [2], d: 3 })).toEqual([
    { field: 'b', before: [1], after: [2] }, { field: 'd', before: undefined, after: 3 }, { field: 'c', before: 2, after: undefined },
  ])
  expect(differences(null, { a: 1 })).toEqual([{ field: 'a', before: undefined, after: 1 }])
})

it('lines are what stands on them', () => {
  expect(linesOf(' mon-fri 08:30-18:00 \n\n daily 22:00-06:00')).toEqual(['mon-fri 08:30-18:00', 'daily 22:00-06:00'])
})

it.each([
  ['Asia/Shanghai', '2027-01-02T03:04', 1798830240],
  ['Europe/Berlin', '2027-03-28T03:30', 1806197400],
  ['Europe/Berlin', '2027-03-28T01:30', 1806193800],
])("a time typed is the city's, in %s", (zone, typed, seconds) => {
  keepTimeOf(zone)
  expect(fromLocalTime(typed)).toBe(seconds)
  expect(localTime(seconds)).toBe(typed)
  expect(fromLocalTime('')).toBeNull()
})

describe('changes', () => {
  const change = (revision: number, given: Partial<Change>): Change => ({
    revision, at: '2026-11-30T09:00:00.250+08:00', who: 'admin', origin: '', kind: 'drafts', key: 'water', before: { title: '供水' }, after: null, ...given,
  })
  const published = change(3, { kind: 'menus', before: null, after: { title: '供水' } })

  it('say nothing of a draft that was published', () => {
    expect(withoutPublished([change(4, {}), published]).map((one) => one.revision)).toEqual([3])
  })

  it('tell of a draft that somebody took away, or wrote', () => {
    const others = [
      change(4, { who: 'admin2' }), change(5, { at: '2026-11-30T09:00:01+08:00' }), change(6, { key: 'gas' }), change(7, { before: { title: '水' } }),
      change(8, { before: null, after: { title: '供水' } }),
    ]
    expect(withoutPublished([...others, published])).toEqual([...others, published])
    expect(withoutPublished([change(4, {})])).toHaveLength(1)
  })
})
