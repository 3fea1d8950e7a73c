import { describe, expect, it } from 'vitest'
import type { Message } from '../src/model'
import { Notes } from '../src/notes'
import { createWorklist, later, overdue } from '../src/worklist'

const message = (number: string, more: Partial<Message> = {}): Message => ({
  id: number, number, call: number, caller: '13907330001', at: '2026-11-23T18:00:00+08:00', due_at: '2026-11-23T19:00:00+08:00',
  seconds: 0, state: 'open', kind: 'message', recording: null, reason: null, takes: [], confirmed: false, owner: '',
  owner_name: '', taken_at: null, attempts: 0, tried_at: null, talked_at: null, ending: '', case: null, done_at: null, moves: 1,
  transcript: null, ...more,
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
