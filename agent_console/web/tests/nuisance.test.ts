import { expect, test, vi } from 'vitest'
import { createMarking } from '../src/nuisance'
import { call } from './samples'

test('what is typed of a nuisance caller stays over the end of writing and over the next call, until it is sent', async () => {
  const send = vi.fn().mockResolvedValueOnce(false).mockResolvedValueOnce(true)
  const marking = createMarking(send)
  expect([marking.shows(null), marking.shows(call)]).toEqual([null, 'opener'])
  marking.begin(call)
  marking.note.value = '一直不说话'
  const next = { ...call, id: 'c2' }
  expect([marking.shows(null), marking.shows(next), marking.note.value]).toEqual(['form', 'form', '一直不说话'])
  await marking.mark()
  expect([marking.shows(null), marking.note.value]).toEqual(['form', '一直不说话'])
  await marking.mark()
  expect(send).toHaveBeenLastCalledWith('c1', '一直不说话')
  expect([marking.shows(call), marking.shows(next), marking.shows(null)]).toEqual(['marked', 'opener', null])
})

test('what is typed of the next caller stays when the answer for the one before comes', async () => {
  let answer: (taken: boolean) => void = () => {}
  const marking = createMarking(() => new Promise((taken) => { answer = taken }))
  const next = { ...call, id: 'c2' }
  marking.begin(call)
  const sent = marking.mark()
  marking.close()
  marking.begin(next)
  marking.note.value = '骂人'
  answer(true)
  await sent
  expect([marking.open.value, marking.note.value]).toEqual([next, '骂人'])
})

test('a caller whose number is not known, or of whom something is, cannot be marked; a form can be closed', () => {
  const marking = createMarking(vi.fn())
  expect(marking.shows({ ...call, caller: '' })).toBeNull()
  expect(marking.shows({ ...call, mark: { kind: 'nuisance', note: '' } })).toBeNull()
  marking.begin(call)
  marking.close()
  expect(marking.shows(null)).toBeNull()
})
