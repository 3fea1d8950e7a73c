import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { api, Problem } from '../src/api'
import type { Message, WorkMove } from '../src/model'
import { Notes } from '../src/notes'
import { useWorkItem } from '../src/workitem'
import { createWorklist } from '../src/worklist'
import { call, message, Shelf } from './samples'

const move = (deed: string): WorkMove => ({ at: '2026-11-23T18:01:00+08:00', who: 'op1001', name: '李晓雯', deed, result: '', note: '', call: '' })
const open = message('a', { history: [move('opened')] })
const taken = message('a', { state: 'taken', moves: 2, history: [move('opened'), move('take')] })

let notes: Notes
let scope: ReturnType<typeof effectScope>

function panel() {
  scope = effectScope()
  return scope.run(() => useWorkItem('a', createWorklist(), notes))!
}

beforeEach(() => {
  notes = new Notes(new Shelf(), 'op1001')
  vi.spyOn(api, 'call').mockResolvedValue(call)
})
afterEach(() => {
  scope.stop()
  vi.restoreAllMocks()
})

test('why it could not be read is told until it was', async () => {
  const refused = new Problem(503, 'refused', '暂时读不到')
  vi.spyOn(api, 'message').mockRejectedValueOnce(refused).mockResolvedValue(open)
  const { item, problem, look } = panel()
  await look()
  expect([item.value, problem.value]).toEqual([null, refused])
  await look()
  expect([item.value, problem.value]).toEqual([open, null])
})

test('why an order was refused stays, although it is read anew', async () => {
  const refused = new Problem(409, 'refused', '同事已领取')
  vi.spyOn(api, 'message').mockResolvedValue(taken)
  const { item, problem, does } = panel()
  await does(() => Promise.reject(refused))
  expect([item.value, problem.value]).toEqual([taken, refused])
})

test('its history is not put back by an answer that was asked for before it was taken', async () => {
  let answer: (found: Message) => void = () => undefined
  vi.spyOn(api, 'message').mockReturnValue(new Promise((done) => {
    answer = done
  }))
  const { item, history, look, does } = panel()
  const looking = look()
  await does(() => Promise.resolve(taken))
  answer(open)
  await looking
  expect([item.value?.state, history.value]).toEqual(['taken', taken.history])
})

test('a note that went with an attempt is not there again, although the panel was closed by a ring meanwhile', async () => {
  let answer: () => void = () => undefined
  const { note, does } = panel()
  note.value = '无人接听'
  const noting = does(() => new Promise((done) => {
    answer = () => done(taken)
  }), true)
  scope.stop()
  answer()
  await noting
  expect(notes.get('a')).toBe('')
})

test('a note that was typed on while the attempt was sent stays', async () => {
  let answer: () => void = () => undefined
  const { note, does } = panel()
  note.value = '无人接听'
  const noting = does(() => new Promise((done) => {
    answer = () => done(taken)
  }), true)
  note.value = '无人接听，晚上再拨'
  answer()
  await noting
  expect([note.value, notes.get('a')]).toEqual(['无人接听，晚上再拨', '无人接听，晚上再拨'])
})
