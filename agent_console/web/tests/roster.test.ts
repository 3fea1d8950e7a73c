import { describe, expect, it } from 'vitest'
import { keepTimeOf } from '../src/format'
import { again, later, monday, NoteDraft, weekday } from '../src/roster'

function shelf(full = false) {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (full) throw new Error('full')
      kept.set(key, value)
    },
    removeItem: (key: string) => void kept.delete(key),
  }
}

describe('days of the calendar', () => {
  it('go on over months, years and leap days', () => {
    expect(later('2026-12-28', 7)).toBe('2027-01-04')
    expect(later('2028-02-28', 1)).toBe('2028-02-29')
    expect(later('2026-11-23', -7)).toBe('2026-11-16')
  })

  it('begin a week on Monday', () => {
    expect([weekday('2026-11-23'), weekday('2026-11-29')]).toEqual([0, 6])
    expect([monday('2026-11-23'), monday('2026-11-29')]).toEqual(['2026-11-23', '2026-11-23'])
  })
})

it('a week that stays open is read again after some minutes, and at midnight, this week as this week', () => {
  keepTimeOf('Asia/Shanghai')
  const at = (time: string) => Date.parse(`2026-11-${time}+08:00`)
  const week = (first: string) => ({ today: '2026-11-29', days: [{ day: first, turns: [] }] })
  expect(again(week('2026-11-23'), at('29T23:58:00'), at('29T23:59:50'))).toBeNull()
  expect(again(week('2026-11-23'), at('29T23:58:00'), at('30T00:00:01'))).toEqual({ from: null })
  expect(again(week('2026-11-16'), at('29T10:00:00'), at('29T10:05:00'))).toEqual({ from: '2026-11-16' })
})

describe('a handover that is typed', () => {
  it('is there again after a reload, with the id under which it is sent', () => {
    const place = shelf()
    const note = { ...new NoteDraft(place, 'op1').get(), duty: '2026-11-23.day', note: '停水' }
    new NoteDraft(place, 'op1').put(note)
    expect(new NoteDraft(place, 'op1').get()).toEqual(note)
    expect(new NoteDraft(place, 'op2').get().note).toBe('')
    new NoteDraft(place, 'op1').remove()
    const next = new NoteDraft(place, 'op1').get()
    expect([next.note, next.id === note.id, next.id.length]).toEqual(['', false, 32])
  })

  it('tells when the browser keeps nothing', () => {
    const draft = new NoteDraft(shelf(true), 'op1')
    draft.put({ id: 'x', duty: '', note: '停水' })
    expect(draft.durable).toBe(false)
  })
})
