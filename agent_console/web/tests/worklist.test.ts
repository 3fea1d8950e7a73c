import { describe, expect, it, vi } from 'vitest'
import { api, Problem } from '../src/api'
import type { WorkMove } from '../src/model'
import { Notes } from '../src/notes'
import { createWorklist, later, overdue, times } from '../src/worklist'
import { message, Shelf } from './samples'

describe('the list of call-backs', () => {
  it('shows the oldest first and leaves out what is done, whatever is told later of before', () => {
    const list = createWorklist()
    list.hear(message('b', { at: '2026-11-23T18:05:00+08:00' }), message('a'))
    expect(list.items.value.map((one) => one.number)).toEqual(['a', 'b'])
    list.hear(message('a', { state: 'done', moves: 3 }))
    list.hear(message('a', { state: 'taken', moves: 2 }))
    expect(list.items.value.map((one) => one.number)).toEqual(['b'])
    expect(list.item('a')?.state).toBe('done')
    expect(list.item('c')).toBeNull()
  })

  it('takes what is as long for later: what a machine wrote down is no move', () => {
    const told = message('a', { transcript: { text: '停水', engine: 'e', at: '2026-11-23T18:01:00+08:00' } })
    expect(later(message('a'), told)).toBe(told)
    expect(later(undefined, told)).toBe(told)
  })

  it('shows one kind alone, asks for that, and knows whether there are newer ones', async () => {
    const none = { open: 0, taken: 0, oldest_at: null, overdue: 0, came: 0, done: 0, in_time: 0, to_attempt_s: null, to_talk_s: null }
    vi.spyOn(api, 'messageFigures').mockResolvedValue({
      ...none, due_s: 3600, tries: 3, missed: { came: 0, called: 0, in_time: 0, got_through: 0 },
    })
    const asked = vi.spyOn(api, 'messages').mockImplementation(async (query) => (
      { items: query.kind === 'missed' ? [message('c', { kind: 'missed' })] : [], next: query.kind === 'missed' ? 'x' : null }
    ))
    const list = createWorklist()
    list.hear(message('a'), message('b', { kind: 'missed' }))
    list.choose('missed')
    await vi.waitFor(() => expect(list.loaded.value).toBe(true))
    expect(asked.mock.lastCall?.[0]).toEqual({ state: 'open', kind: 'missed', order: 'oldest', limit: 200 })
    expect([list.items.value.map((one) => one.number), list.further.value]).toEqual([['b', 'c'], true])
    list.hear(message('b', { kind: 'call_back', moves: 2 }))
    expect(list.items.value.map((one) => one.number)).toEqual(['c'])
    list.choose('')
    await vi.waitFor(() => expect(list.further.value).toBe(false))
    expect(asked.mock.lastCall?.[0].kind).toBeUndefined()
    expect(list.items.value.map((one) => one.number)).toEqual(['a', 'b', 'c'])
    vi.restoreAllMocks()
  })

  it('that could not be read is asked for again until it is, and no more when the page was left', async () => {
    vi.useFakeTimers()
    vi.spyOn(api, 'messageFigures').mockRejectedValue(new Problem(503, 'refused', ''))
    const asked = vi.spyOn(api, 'messages').mockRejectedValueOnce(new Problem(503, 'refused', '')).mockResolvedValue({ items: [message('a')], next: null })
    const list = createWorklist()
    list.refresh()
    await vi.advanceTimersByTimeAsync(300)
    expect([list.loaded.value, asked.mock.calls.length]).toEqual([false, 1])
    await vi.advanceTimersByTimeAsync(10_000)
    expect([list.loaded.value, list.items.value.length]).toEqual([true, 1])
    list.stop()
    list.refresh()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toHaveBeenCalledTimes(2)
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  it('knows when he called, by what joined and nothing else', () => {
    const move = (deed: string, minute: number): WorkMove => (
      { at: `2026-11-23T18:0${minute}:00+08:00`, who: '', name: '', deed, result: '', note: '', call: 'x' }
    )
    const history = [move('opened', 0), move('join', 1), move('take', 2), move('ask', 3), move('serve', 4)]
    expect(times(message('a'), history)).toEqual([
      '2026-11-23T18:00:00+08:00', '2026-11-23T18:01:00+08:00', '2026-11-23T18:03:00+08:00',
    ])
  })

  it('is late only until the first attempt', () => {
    const now = Date.parse('2026-11-23T19:00:01+08:00')
    expect(overdue(message('a'), now)).toBe(true)
    expect(overdue(message('a'), now - 2000)).toBe(false)
    expect(overdue(message('a', { tried_at: '2026-11-23T18:30:00+08:00' }), now)).toBe(false)
    expect(overdue(message('a', { state: 'done' }), now)).toBe(false)
  })
})

describe('notes of a call-back', () => {
  it('outlive the page until they are sent', () => {
    const shelf = new Shelf()
    new Notes(shelf, 'op1').put('a', '稍后再拨')
    const again = new Notes(shelf, 'op1')
    expect([again.get('a'), new Notes(shelf, 'op2').get('a')]).toEqual(['稍后再拨', ''])
    again.put('a', '')
    expect(shelf.length).toBe(0)
  })

  it('that were written on at another page of his are shown as they are there', () => {
    const shelf = new Shelf()
    const [first, second] = [new Notes(shelf, 'op1'), new Notes(shelf, 'op1')]
    first.put('a', '稍后')
    second.put('a', '稍后再拨')
    expect(first.get('a')).toBe('稍后再拨')
  })

  it('live as long as the page where the browser stores nothing', () => {
    const shelf = new Shelf()
    const notes = new Notes(shelf, 'op1')
    notes.put('a', '稍后')
    shelf.full = true
    notes.put('a', '稍后再拨')
    expect(notes.get('a')).toBe('稍后再拨')
  })
})
