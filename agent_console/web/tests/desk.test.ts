import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import { api } from '../src/api'
import { createDesk, type Desk } from '../src/desk'
import { Drafts, EMPTY } from '../src/drafts'
import type { Call } from '../src/model'
import { INITIAL } from '../src/state'
import { call, kase, operator, Shelf } from './samples'

const account = { login: 'op1001', name: '李晓雯', role: 'operator' as const }

let scope: EffectScope
let desk: Desk

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('localStorage', new Shelf())
  vi.stubGlobal('sessionStorage', new Shelf())
  scope = effectScope()
  desk = scope.run(() => createDesk(account, () => undefined))!
})
afterEach(() => {
  desk.close()
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('of two forms that were chosen one after the other the second is open, in whatever order the answers come', async () => {
  const answers = new Map<string, () => void>()
  vi.spyOn(api, 'call').mockImplementation((id) => new Promise<Call>((done) => {
    answers.set(id, () => done({ ...call, id, state: 'ended' }))
  }))
  const first = desk.openCallById('c1')
  const second = desk.openCallById('c2')
  answers.get('c2')!()
  await second
  answers.get('c1')!()
  await first
  expect(desk.subject.value?.id).toBe('c2')
  const third = desk.openCallById('c1')
  desk.openCall({ ...call, id: 'c3', state: 'ended' })
  answers.get('c1')!()
  await third
  expect(desk.subject.value?.id).toBe('c3')
})

test('one key makes him ready who rests, and gives him a pause who is ready or at work, once', async () => {
  const told: string[] = []
  vi.spyOn(api, 'presence').mockImplementation(async (_, state) => {
    told.push(state)
    return operator
  })
  const there = { ...INITIAL, link: 'open', phone: 'registered', telephony: true } as const
  desk.state.value = { ...there, operator: { ...operator, state: 'paused', phone: true } }
  await desk.readyOrPause()
  desk.state.value = { ...there, operator: { ...operator, state: 'ready', phone: true } }
  await desk.readyOrPause()
  desk.state.value = { ...there, operator: { ...operator, state: 'talking', phone: true }, call: { ...call, state: 'talking' } }
  await desk.readyOrPause()
  desk.state.value = { ...there, operator: { ...operator, state: 'talking', phone: true, pause_pending: true }, call: { ...call, state: 'talking' } }
  await desk.readyOrPause()  // as the button, which is closed by now: the reason that was granted stays
  desk.state.value = { ...there, operator: { ...operator, state: 'wrap_up', phone: true }, call: { ...call, state: 'ended' } }
  await desk.readyOrPause()  // meant for the talk that is over in this moment
  expect(told).toEqual(['ready', 'paused', 'paused', 'paused'])
  desk.state.value = { ...there, phone: 'lost', operator: { ...operator, state: 'paused', phone: false } }
  await desk.readyOrPause()
  expect(desk.readyWanted.value).toBe(true)
  await desk.readyOrPause()
  expect([desk.readyWanted.value, told.length]).toEqual([false, 4])  // taken back before anybody was asked
})

test('a desk that is taken back from another page of his has what he typed there', () => {
  const there = new Drafts(localStorage, account.login)
  there.put({ call: 'c1', caller: '13907330001', fields: { ...EMPTY, content: '路灯不亮' }, number: null, version: null, at: 1 })
  vi.spyOn(api, 'liveTicket').mockReturnValue(new Promise(() => {}))
  vi.spyOn(api, 'softphone').mockReturnValue(new Promise(() => {}))
  vi.spyOn(api, 'city').mockReturnValue(new Promise(() => {}))
  expect(desk.drafts.value).toEqual([])
  vi.stubGlobal('location', { origin: 'http://127.0.0.1:8000' })
  desk.takeOver()
  expect(desk.shelf.get('c1')?.fields.content).toBe('路灯不亮')
  expect(desk.drafts.value.map((one) => one.call)).toEqual(['c1'])
})

test('a form whose case was saved at another page of his is not open and empty when he takes the desk back', () => {
  vi.spyOn(api, 'liveTicket').mockReturnValue(new Promise(() => {}))
  vi.spyOn(api, 'softphone').mockReturnValue(new Promise(() => {}))
  vi.spyOn(api, 'city').mockReturnValue(new Promise(() => {}))
  vi.stubGlobal('location', { origin: 'http://127.0.0.1:8000' })
  desk.shelf.put({ call: 'c1', caller: '13907330001', fields: { ...EMPTY, content: '路灯不亮' }, number: null, version: null, at: 1 })
  desk.openCall({ ...call, state: 'ended' })
  new Drafts(localStorage, account.login).remove('c1')
  desk.takeOver()
  expect(desk.subject.value).toBe(null)
})

describe('whom an operator calls about a case', () => {
  const placed: Call = { ...call, id: 'c9', state: 'dialling', purpose: 'click_to_call' }
  const now = (ours: Call) => {
    desk.state.value = { ...desk.state.value, call: ours }
    return nextTick()
  }
  let answer: (placed: { call: string }) => void

  beforeEach(() => {
    vi.spyOn(api, 'call').mockResolvedValue({ ...call, state: 'ended', case: kase.number })
    vi.spyOn(api, 'dialCase').mockReturnValue(new Promise((done) => { answer = done }))
  })

  test('speaks while the form of that case is open', async () => {
    const dialled = desk.dialCase(kase)
    await vi.waitFor(() => { expect(api.dialCase).toHaveBeenCalledWith(kase.number) })
    answer({ call: 'c9' })
    await dialled
    expect(desk.subject.value?.id).toBe('c1')
    await now(placed)
    await now({ ...placed, state: 'talking' })
    expect(desk.subject.value?.id).toBe('c1')
  })

  test('also where the call is heard of before the answer', async () => {
    const dialled = desk.dialCase(kase)
    await vi.waitFor(() => { expect(api.dialCase).toHaveBeenCalledWith(kase.number) })
    await now(placed)
    answer({ call: 'c9' })
    await dialled
    expect(desk.subject.value?.id).toBe('c1')
  })

  test('and the next call has a form of its own', async () => {
    const dialled = desk.dialCase(kase)
    await vi.waitFor(() => { expect(api.dialCase).toHaveBeenCalledWith(kase.number) })
    answer({ call: 'c9' })
    await dialled
    await now(placed)
    await now({ ...call, id: 'c10' })
    expect(desk.subject.value?.id).toBe('c10')
  })
})
