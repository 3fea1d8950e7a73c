import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { api, Problem } from '../src/api'
import { createDuty } from '../src/duty'
import type { Person, ShiftDocument, Turn } from '../src/roster'
import { createShifts } from '../src/shifts'

const [li, chen, zhou]: Person[] = [
  { login: 'op1001', name: '李晓雯' }, { login: 'op1002', name: '陈建国' }, { login: 'op1003', name: '周敏' },
] as const satisfies Person[]
const turn: Turn = {
  id: '2026-11-23.day', day: '2026-11-23', shift: 'day', title: '白班', begins_at: '', ends_at: '', operators: [li!], needed: 1, version: 1,
}
const theirs: Turn = { ...turn, operators: [li!, zhou!], needed: 2, version: 2 }
const day: ShiftDocument = { key: 'day', version: 1, data: { name: 'day', title: '白班', begins: '08:00', ends: '16:00' } }

function stale(current: unknown): Problem {
  return new Problem(409, 'refused', '没有保存', [], { current })
}

afterEach(() => void vi.restoreAllMocks())

describe('a duty that another has changed meanwhile', () => {
  async function met() {
    const set = vi.spyOn(api, 'setDuty').mockRejectedValueOnce(stale(theirs))
    const duty = createDuty(turn, [li!, chen!, zhou!])
    duty.chosen.value = ['op1001', 'op1002']
    duty.needed.value = 3
    expect(await duty.save()).toBe(false)
    return { set, duty }
  }

  test('keeps what is chosen here and says what differs', async () => {
    const { set, duty } = await met()
    expect([duty.chosen.value, duty.needed.value, duty.conflict.value]).toEqual([['op1001', 'op1002'], 3, true])
    expect(duty.differences.value).toEqual({ mine: [chen], theirs: [zhou], needed: true })
    await duty.save()
    expect(set).toHaveBeenCalledTimes(1)
  })

  test('is saved over theirs, or taken as theirs, as is wished', async () => {
    const { set, duty } = await met()
    set.mockResolvedValueOnce(theirs)
    expect(await duty.keepMine()).toBe(true)
    expect(set).toHaveBeenLastCalledWith(theirs, ['op1001', 'op1002'], 3)
    const other = (await met()).duty
    other.takeTheirs()
    expect([other.chosen.value, other.needed.value, other.conflict.value, other.problem.value]).toEqual([['op1001', 'op1003'], 2, false, null])
  })

  test('tells what is wrong with a field', async () => {
    vi.spyOn(api, 'setDuty').mockRejectedValueOnce(new Problem(422, 'refused', '没有保存：甲', [
      { field: 'logins', message: '甲' }, { field: 'needed', message: '应当是整数。' },
    ]))
    const duty = createDuty(turn, [li!])
    await duty.save()
    expect(duty.errors.value).toEqual(['应当是整数。'])
  })
})

describe('shifts', () => {
  let shifts: ReturnType<typeof createShifts>
  const first = () => shifts.rows.value[0]!

  beforeEach(async () => {
    vi.spyOn(api, 'shifts').mockResolvedValue({ items: [day], next: null })
    shifts = createShifts()
    await shifts.read()
  })

  test.each([['', 'empty'], ['a/b', 'slash']])('of the name %j are not sent, and it is said at the row', async (name, fault) => {
    const put = vi.spyOn(api, 'putShift')
    shifts.add()
    const row = shifts.rows.value[1]!
    row.shift.name = name
    await shifts.save(row)
    expect([row.fault, put.mock.calls]).toEqual([fault, []])
  })

  test('that another has changed are shown, and then saved over that', async () => {
    const put = vi.spyOn(api, 'putShift').mockRejectedValueOnce(stale({ ...day, version: 4, data: { ...day.data, ends: '17:00' } }))
    first().shift.ends = '18:00'
    await shifts.save(first())
    expect([first().theirs?.ends, first().shift.ends]).toEqual(['17:00', '18:00'])
    put.mockResolvedValueOnce({ ...day, version: 5 })
    await shifts.keepMine(first())
    expect(put).toHaveBeenLastCalledWith({ ...day.data, ends: '18:00' }, 4)
  })

  test('that another has removed are made anew', async () => {
    const put = vi.spyOn(api, 'putShift').mockRejectedValueOnce(stale(null)).mockResolvedValueOnce({ ...day, version: 3 })
    await shifts.save(first())
    await shifts.save(first())
    expect(put).toHaveBeenLastCalledWith(day.data, null)
  })

  test('keep what is typed while they are being saved', async () => {
    vi.spyOn(api, 'putShift').mockImplementationOnce(async (shift) => {
      first().shift.ends = '17:30'
      return { ...day, version: 2, data: shift }
    })
    first().shift.title = '早班'
    await shifts.save(first())
    expect([first().shift, first().version, first().saved]).toEqual([{ ...day.data, title: '早班', ends: '17:30' }, 2, false])
    expect(shifts.unsaved.value).toBe(true)
  })

  test('that are new have the name under which they were saved, whatever is typed meanwhile', async () => {
    shifts.add()
    const row = shifts.rows.value[1]!
    row.shift.name = 'late'
    const put = vi.spyOn(api, 'putShift').mockImplementation(async (shift, version) => {
      if (version === null) Object.assign(row.shift, { name: 'late2', title: '晚班' })
      return { key: shift.name, version: (version ?? 0) + 1, data: shift }
    })
    await shifts.save(row)
    await shifts.save(row)
    expect(put).toHaveBeenLastCalledWith({ name: 'late', title: '晚班', begins: '08:00', ends: '16:00' }, 1)
    expect([row.version, row.saved, shifts.unsaved.value]).toEqual([2, true, false])
  })

  test('are removed at the second press', async () => {
    const drop = vi.spyOn(api, 'dropShift').mockResolvedValue()
    await shifts.remove(first())
    expect([drop.mock.calls, first().sure]).toEqual([[], true])
    await shifts.remove(first())
    expect([drop.mock.calls, shifts.rows.value]).toEqual([[['day', 1]], []])
  })

  test('are not closed over while something typed is not saved', async () => {
    expect(shifts.unsaved.value).toBe(false)
    shifts.add()
    expect(shifts.unsaved.value).toBe(true)
    await shifts.remove(shifts.rows.value[1]!)
    await shifts.remove(shifts.rows.value[1]!)
    first().shift.title = '早班'
    expect(shifts.unsaved.value).toBe(true)
    vi.spyOn(api, 'putShift').mockResolvedValueOnce({ ...day, version: 2, data: { ...day.data, title: '早班' } })
    await shifts.save(first())
    expect([shifts.unsaved.value, first().saved]).toEqual([false, true])
  })
})
