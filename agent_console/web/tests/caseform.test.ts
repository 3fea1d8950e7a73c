import { beforeEach, describe, expect, test, vi } from 'vitest'
import { nextTick, ref, type Ref } from 'vue'
import { api, Problem } from '../src/api'
import { useCaseForm } from '../src/caseform'
import { Drafts } from '../src/drafts'
import type { Case } from '../src/model'
import { call, kase, Shelf } from './samples'

let shelf: Shelf
let saved: Case[]

let here: Ref<boolean>

function open(of = call) {
  return useCaseForm(of, new Drafts(shelf, 'op1001'), (item) => saved.push(item), () => here.value)
}
const onShelf = () => new Drafts(shelf, 'op1001').get('c1')

function write(form: ReturnType<typeof open>): void {
  form.fields.type = '求助'
  form.fields.content = '路灯不亮'
  form.fields.place = '解放路'
}

beforeEach(() => {
  vi.restoreAllMocks()
  shelf = new Shelf()
  saved = []
  here = ref(false)
})

test('every keystroke is on the shelf at once, and survives a reload', () => {
  const form = open()
  form.fields.content = '路'
  expect(onShelf()?.fields.content).toBe('路')
  form.fields.content = '路灯'
  expect(open().fields.content).toBe('路灯')
})

test("a caller's name that is longer than the field is cut by whole characters", () => {
  const form = open({ ...call, caller_name: '😀'.repeat(80) })
  expect(form.fields.citizen_name).toBe('😀'.repeat(50))
})

test('drafts of one operator are not shown to another', () => {
  open().fields.content = '路灯'
  expect(new Drafts(shelf, 'op1002').list()).toEqual([])
})

test('text taken back leaves no draft', () => {
  const form = open()
  form.fields.content = '路'
  form.fields.content = ''
  expect(onShelf()).toBeNull()
})

test('a browser that cannot store says so and keeps the text on the page', () => {
  shelf.full = true
  const drafts = new Drafts(shelf, 'op1001')
  const form = useCaseForm(call, drafts, () => undefined, () => true)
  form.fields.content = '路灯'
  expect(drafts.durable).toBe(false)
  expect([form.fields.content, drafts.get('c1')?.fields.content]).toEqual(['路灯', '路灯'])
})

test('what is missing is named before anything is sent', async () => {
  const create = vi.spyOn(api, 'createCase')
  const form = open()
  await form.save()
  expect(form.missing.value).toEqual({ type: 'chooseType', content: 'required' })
  expect(create).not.toHaveBeenCalled()
})

describe('saving', () => {
  test('removes the draft only after the answer', async () => {
    let answer: (item: Case) => void = () => undefined
    vi.spyOn(api, 'createCase').mockReturnValue(new Promise((resolve) => { answer = resolve }))
    const form = open()
    write(form)
    const saving = form.save()
    expect(onShelf()).not.toBeNull()
    answer(kase)
    await saving
    expect(onShelf()).toBeNull()
    expect([form.number.value, form.changed.value, saved.length]).toEqual(['20261123-0001', false, 1])
  })

  test('keeps what was typed while it was under way, as a change of the saved case', async () => {
    let answer: (item: Case) => void = () => undefined
    vi.spyOn(api, 'createCase').mockReturnValue(new Promise((resolve) => { answer = resolve }))
    const form = open()
    write(form)
    const saving = form.save()
    form.fields.content = '路灯不亮,已三天'
    answer(kase)
    await saving
    expect(onShelf()).toMatchObject({ number: '20261123-0001', version: 1, fields: { content: '路灯不亮,已三天' } })
  })

  test('that fails shows why and keeps the text', async () => {
    const refusal = new Problem(422, 'refused', '请修改', [{ field: 'place', message: '太长' }])
    vi.spyOn(api, 'createCase').mockRejectedValue(refusal)
    const form = open()
    write(form)
    await form.save()
    expect(form.problem.value).toBe(refusal)
    expect(form.errors.value).toEqual({ place: '太长' })
    expect(onShelf()?.fields.content).toBe('路灯不亮')
  })

  test('twice because the first answer was lost finds the case already there', async () => {
    vi.spyOn(api, 'createCase').mockRejectedValue(new Problem(409, 'refused', '', [], { number: kase.number }))
    vi.spyOn(api, 'case').mockResolvedValue(kase)
    const form = open()
    write(form)
    await form.save()
    expect([form.number.value, form.conflict.value, form.problem.value]).toEqual([kase.number, null, null])
    expect(onShelf()).toBeNull()
  })
})

describe('a case changed by somebody else', () => {
  const theirs: Case = { ...kase, content: '路灯不亮,已派单', version: 2 }

  async function conflicted() {
    vi.spyOn(api, 'case').mockResolvedValue(kase)
    const form = open({ ...call, case: kase.number })
    await vi.waitFor(() => expect(form.loading.value).toBe(false))
    form.fields.content = '路灯不亮,有人摔倒'
    vi.spyOn(api, 'updateCase').mockRejectedValueOnce(new Problem(409, 'refused', '', [], { current: theirs }))
    await form.save()
    return form
  }

  test('is shown beside mine, and my draft stays', async () => {
    const form = await conflicted()
    expect(form.conflict.value).toEqual(theirs)
    expect(onShelf()?.fields.content).toBe('路灯不亮,有人摔倒')
  })

  test('can be overwritten with mine, at its new version', async () => {
    const form = await conflicted()
    const update = vi.mocked(api.updateCase).mockResolvedValueOnce({ ...theirs, content: '路灯不亮,有人摔倒', version: 3 })
    await form.keepMine()
    expect(update).toHaveBeenLastCalledWith(kase.number, expect.objectContaining({ content: '路灯不亮,有人摔倒' }), 2)
    expect(onShelf()).toBeNull()
  })

  test('can be taken as it is', async () => {
    const form = await conflicted()
    form.takeTheirs()
    expect(form.fields.content).toBe('路灯不亮,已派单')
    expect([form.changed.value, onShelf()]).toEqual([false, null])
  })
})

test('a draft of a saved case keeps the version it was read at', async () => {
  new Drafts(shelf, 'op1001').put({
    call: 'c1', caller: '', number: kase.number, version: 1, at: 1,
    fields: { type: '求助', content: '改到一半', place: '', urgency: '一般', citizen_name: '' },
  })
  vi.spyOn(api, 'case').mockResolvedValue({ ...kase, version: 4 })
  const update = vi.spyOn(api, 'updateCase').mockResolvedValue({ ...kase, content: '改到一半' })
  const form = open({ ...call, case: kase.number })
  await vi.waitFor(() => expect(form.loading.value).toBe(false))
  expect(form.fields.content).toBe('改到一半')
  await form.save()
  expect(update).toHaveBeenCalledWith(kase.number, expect.anything(), 1)
})

test('a case that could not be read is read when it is asked for again', async () => {
  vi.spyOn(api, 'case').mockRejectedValueOnce(new Problem(0, 'unreachable', '')).mockResolvedValue(kase)
  const form = open({ ...call, case: kase.number })
  await vi.waitFor(() => expect(form.loadFailed.value).toBe(true))
  expect([form.loading.value, form.fields.content]).toEqual([false, ''])
  await form.read()
  expect([form.loadFailed.value, form.number.value, form.fields.content, form.changed.value]).toEqual([false, kase.number, '路灯不亮', false])
})

test('what could not be asked when the call came back is asked when the operator tries again', async () => {
  const before = vi.spyOn(api, 'call').mockRejectedValueOnce(new Problem(502, 'refused', '')).mockResolvedValue({ ...call, case: kase.number })
  vi.spyOn(api, 'case').mockResolvedValue(kase)
  const form = open()
  here.value = true
  await vi.waitFor(() => expect(form.loadFailed.value).toBe(true))
  await form.read()
  expect([form.loadFailed.value, form.number.value, before.mock.calls.length]).toEqual([false, kase.number, 2])
})

test('of a call that was transferred the case that was opened before is what is written on', async () => {
  vi.spyOn(api, 'call').mockResolvedValue({ ...call, case: kase.number })
  vi.spyOn(api, 'case').mockResolvedValue(kase)
  const form = open({ ...call, transferred_by: 'op1002' })
  await vi.waitFor(() => expect(form.number.value).toBe(kase.number))
  expect([form.fields.content, form.changed.value]).toEqual(['路灯不亮', false])
})

describe('a call that comes back to who had it before', () => {
  const theirs: Case = { ...kase, content: '路灯不亮，同事补充', version: 2 }

  async function comesBack(): Promise<void> {
    here.value = true
    await nextTick()
  }

  test('shows its case as a colleague left it, and a save is of that version', async () => {
    const read = vi.spyOn(api, 'case').mockResolvedValue(kase)
    const form = open({ ...call, case: kase.number })
    await vi.waitFor(() => expect(form.loading.value).toBe(false))
    read.mockResolvedValue(theirs)
    await comesBack()
    await vi.waitFor(() => expect(form.fields.content).toBe('路灯不亮，同事补充'))
    expect([form.changed.value, onShelf()]).toEqual([false, null])
    const update = vi.spyOn(api, 'updateCase').mockResolvedValue({ ...theirs, version: 3 })
    await form.save()
    expect(update).toHaveBeenCalledWith(kase.number, expect.anything(), 2)
  })

  test('shows the case that a colleague opened meanwhile', async () => {
    vi.spyOn(api, 'call').mockResolvedValue({ ...call, case: kase.number })
    vi.spyOn(api, 'case').mockResolvedValue(kase)
    const form = open()
    await comesBack()
    await vi.waitFor(() => expect(form.number.value).toBe(kase.number))
    expect([form.fields.content, form.changed.value]).toEqual(['路灯不亮', false])
  })

  test('keeps what he wrote and did not save', async () => {
    const read = vi.spyOn(api, 'case').mockResolvedValue(kase)
    const form = open({ ...call, case: kase.number })
    await vi.waitFor(() => expect(form.loading.value).toBe(false))
    form.fields.content = '改到一半'
    read.mockResolvedValue(theirs)
    await comesBack()
    expect(read).toHaveBeenCalledTimes(1)
    expect([form.fields.content, onShelf()?.version]).toEqual(['改到一半', 1])
  })
})
