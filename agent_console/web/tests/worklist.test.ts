import { describe, expect, it, vi } from 'vitest'
import { api } from '../src/api'
import type { Message, WorkMove } from '../src/model'
import { Notes } from '../src/notes'
import { createWorklist, later, overdue, times } from '../src/worklist'

const message = (number: string, more: Partial<Message> = {}): Message => ({
  id: number, number, call: number, caller: '13907330001', at: '2026-11-23T18:00:00+08:00', due_at: '2026-11-23T19:00:00+08:00',
  seconds: 0, state: 'open', kind: 'message', recording: null, reason: null, takes: [], confirmed: false, owner: '',
  owner_name: '', taken_at: null, attempts: 0, tried_at: null, talked_at: null, ending: '', case: null, done_at: null, moves: 1,
  transcript: null, calls: 1, last_at: null, got_through: null, ...more,
})

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
    const shelf = new Map<string, string>()
    const storage = {
      getItem: (key: string) => shelf.get(key) ?? null,
      setItem: (key: string, value: string) => void shelf.set(key, value),
      removeItem: (key: string) => void shelf.delete(key),
    }
    new Notes(storage, 'op1').put('a', '稍后再拨')
    const again = new Notes(storage, 'op1')
    expect([again.get('a'), new Notes(storage, 'op2').get('a')]).toEqual(['稍后再拨', ''])
    again.put('a', '')
    expect(shelf.size).toBe(0)
  })
})
