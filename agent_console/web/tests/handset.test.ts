import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { effectScope, nextTick, shallowRef, type EffectScope } from 'vue'
import { api, Problem } from '../src/api'
import { createControl } from '../src/control'
import { createHandset } from '../src/handset'
import type { Call, CallTalk } from '../src/model'
import { Interrupted } from '../src/resume'
import type { SoftphoneParts } from '../src/softphone'
import { INITIAL, reduce, type Action, type Leg, type State } from '../src/state'
import { call, operator, Shelf } from './samples'

const NOW = Date.parse('2026-11-23T18:31:00+08:00')
const account = { login: 'op1001', name: '李晓雯', role: 'operator' as const }
const together: CallTalk = { state: 'together', since: '2026-11-23T18:30:13+08:00', held_s: 0, party: null }

const rung: State = { ...INITIAL, link: 'open', phone: 'registered', operator: { ...operator, state: 'ringing', call: 'c1' }, call }
const talks: State = { ...rung, operator: { ...operator, state: 'talking', call: 'c1' }, call: { ...call, state: 'talking', talk: together } }

function legOf(phase: Leg['phase'], id = 'c1'): Leg {
  return { call: id, caller: call.caller, phase, muted: false, since: NOW }
}

let parts: SoftphoneParts
let done: string[]
let scope: EffectScope
let tab: Shelf

/** A page whose telephone writes down what it is told. */
async function bench(from: State) {
  const state = shallowRef<State>(from)
  const problem = shallowRef<Problem | null>(null)
  const opened: Call[] = []
  const dispatch = (action: Action) => {
    state.value = reduce(state.value, action)
  }
  const order = (run: () => Promise<unknown>) => run().then(() => true)
  const handset = scope.run(() => createHandset(
    account, state, { dispatch, control: createControl(state, order), problem, openCall: (one) => opened.push(one) },
    (given) => {
      parts = given
      const say = (what: string) => () => void done.push(what)
      return {
        start: say('start'), stop: say('stop'), leave: say('leave'), answer: say('answer'), reject: say('reject'), terminate: say('terminate'),
        setMuted: (muted) => void done.push(muted ? 'mute' : 'unmute'),
      }
    },
  ))!
  await parts.account()
  await vi.advanceTimersByTimeAsync(0)
  return { state, problem, opened, handset }
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
  done = []
  tab = new Shelf()
  scope = effectScope()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('sessionStorage', tab)
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: async () => ({ getTracks: () => [] }) } })
  vi.stubGlobal('AudioContext', class {
    state = 'suspended'
    resume = async () => undefined
    close = async () => undefined
  })
  vi.spyOn(api, 'softphone').mockResolvedValue({
    desk_phone: false, server: 'ws://127.0.0.1:8088/ws', uri: 'sip:op1001@hotline', username: 'op1001', password: 'x', realm: 'hotline', ice_servers: [],
  })
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a ring', () => {
  test.each(['answer', 'reject'] as const)('of which the server told first: what was pressed (%s) is done when the telephone rings', async (what) => {
    const { handset } = await bench(rung)
    if (what === 'answer') handset.answer()
    else await handset.hangUp()
    expect(done).toEqual([])
    parts.onLeg(legOf('ringing'))
    expect(done).toEqual([what])
  })

  test('takes no order that was given for the one before', async () => {
    const { state, handset } = await bench(rung)
    handset.answer()
    state.value = { ...rung, operator, call: null }
    await nextTick()
    state.value = { ...rung, call: { ...call, id: 'c2' }, operator: { ...operator, state: 'ringing', call: 'c2' } }
    parts.onLeg(legOf('ringing', 'c2'))
    expect(done).toEqual([])
  })

  test('of the call that was picked up is answered by itself, and no other', async () => {
    const { handset } = await bench({ ...rung, operator, call: null })
    handset.takes('c1')
    parts.onLeg(legOf('ringing'))
    handset.takes('c1')
    parts.onLeg(legOf('ringing', 'c2'))
    handset.takes('c1')
    handset.takes(null)
    parts.onLeg(legOf('ringing'))
    expect(done).toEqual(['answer'])
  })
})

test('a call that was picked up in vain rings as any other when it is his turn later', async () => {
  const { handset } = await bench({ ...rung, operator, call: null })
  handset.takes('c1')
  await vi.advanceTimersByTimeAsync(41_000)
  parts.onLeg(legOf('ringing'))
  expect(done).toEqual([])
})

describe('a talk that a reload interrupted', () => {
  test('is answered by itself, muted as it was, and its form opened', async () => {
    new Interrupted(tab, account.login).keep({ call: 'c1', muted: true }, NOW - 1_000)
    vi.spyOn(api, 'call').mockResolvedValue(call)
    const { opened, handset } = await bench(rung)
    handset.resume()
    await nextTick()
    parts.onLeg(legOf('ringing'))
    parts.onLeg(legOf('talking'))
    expect([done, opened, handset.resuming.value]).toEqual([['answer', 'mute'], [call], null])
  })

  test('is waited for as long as its citizen may wait, and rings as any other then', async () => {
    new Interrupted(tab, account.login).keep({ call: 'c1', muted: false }, NOW - 1_000)
    vi.spyOn(api, 'call').mockResolvedValue(call)
    const { handset } = await bench(rung)
    handset.resume()
    await vi.advanceTimersByTimeAsync(20_000)
    parts.onLeg(legOf('ringing'))
    expect([done, handset.resuming.value]).toEqual([[], null])
  })

  test('is kept by the page that goes away in it, and its leg is given up', async () => {
    await bench({ ...talks, leg: { ...legOf('talking'), muted: true } })
    window.dispatchEvent(new Event('pagehide'))
    expect([done, new Interrupted(tab, account.login).take(NOW)]).toEqual([['leave'], { call: 'c1', muted: true }])
  })
})

describe('a talk', () => {
  test('is hung up by the server, and by the telephone where the leg stays', async () => {
    const hangUp = vi.spyOn(api, 'hangUp').mockResolvedValue({})
    const { handset } = await bench({ ...talks, leg: legOf('talking') })
    await handset.hangUp()
    expect([hangUp.mock.calls, done]).toEqual([[['c1']], []])
    await vi.advanceTimersByTimeAsync(3_000)
    expect(done).toEqual(['terminate'])
  })

  test('is hung up by the telephone alone while the server is away', async () => {
    vi.spyOn(api, 'hangUp').mockRejectedValue(new Problem(0, 'unreachable', ''))
    const { problem, handset } = await bench({ ...talks, leg: legOf('talking') })
    await handset.hangUp()
    expect([done, problem.value]).toEqual([['terminate'], null])
  })

  test.each(['citizen-waits', 'cannot-hang-up'])('whose hang-up is refused (%s) goes on, and its operator is told', async (type) => {
    const refused = new Problem(409, 'refused', '市民正在听等待音乐，不能挂断。', [], { type: `urn:hotline:problem:${type}` })
    vi.spyOn(api, 'hangUp').mockRejectedValue(refused)
    const { problem, handset } = await bench({ ...talks, leg: legOf('talking') })
    await handset.hangUp()
    await vi.advanceTimersByTimeAsync(10_000)
    expect([done, problem.value]).toEqual([[], refused])
  })

  test.each([['held', 'citizenHeld'], ['consulting', 'citizenWaits']] as const)(
    'whose citizen waits (%s) is not hung up, and the press says why until he is back', async (how, why) => {
      const hangUp = vi.spyOn(api, 'hangUp').mockResolvedValue({})
      const apart: Call = { ...call, state: 'talking', talk: { ...together, state: how } }
      const { state, handset } = await bench({ ...talks, call: apart, leg: legOf('talking') })
      expect(handset.kept.value).toBe('')
      await handset.hangUp()
      expect([handset.kept.value, hangUp.mock.calls, done]).toEqual([why, [], []])
      state.value = { ...state.value, call: talks.call }
      await nextTick()
      expect(handset.kept.value).toBe('')
    },
  )

  test('of three is hung up by a second press: the first asks, and is forgotten when nothing follows', async () => {
    const hangUp = vi.spyOn(api, 'hangUp').mockResolvedValue({})
    const three: Call = { ...call, state: 'talking', talk: { ...together, state: 'three' } }
    const { state, handset } = await bench({ ...talks, call: three, leg: legOf('talking') })
    await handset.hangUp()
    expect([handset.kept.value, hangUp.mock.calls]).toEqual(['endsAll', []])
    await vi.advanceTimersByTimeAsync(8_000)
    expect(handset.kept.value).toBe('')
    await handset.hangUp()
    state.value = { ...state.value, call: talks.call }
    await nextTick()
    expect(handset.kept.value).toBe('')
    state.value = { ...state.value, call: three }
    await nextTick()
    await handset.hangUp()
    await vi.advanceTimersByTimeAsync(200)
    await handset.hangUp()  // the other half of a double click
    expect([handset.kept.value, hangUp.mock.calls]).toEqual(['endsAll', []])
    await vi.advanceTimersByTimeAsync(600)
    await handset.hangUp()
    expect([handset.kept.value, hangUp.mock.calls, done]).toEqual(['', [['c1']], []])
  })

  test('of three is left by one press of who was asked into it', async () => {
    const hangUp = vi.spyOn(api, 'hangUp').mockResolvedValue({})
    const party = { kind: 'operator', name: account.login, title: '', since: call.arrived_at, answered_at: call.arrived_at, join: false }
    const three = { ...call, state: 'talking', operator: 'op1009', talk: { ...together, state: 'three', party } } as Call
    const { handset } = await bench({ ...talks, call: three, leg: legOf('talking'), operator: { ...operator, call: 'c1' } })
    await handset.hangUp()
    expect(hangUp.mock.calls).toEqual([['c1']])
  })

  test('of which the server says that it is over or with another is hung up by the telephone', async () => {
    vi.spyOn(api, 'hangUp').mockRejectedValue(new Problem(409, 'refused', '', [], { type: 'urn:hotline:problem:not-your-call' }))
    const { problem, handset } = await bench({ ...talks, leg: legOf('talking') })
    await handset.hangUp()
    expect([done, problem.value]).toEqual([['terminate'], null])
  })

  test('that is over by the word of the server is left, when that word has stood for a second', async () => {
    const { state } = await bench({ ...talks, leg: legOf('talking') })
    state.value = { ...state.value, over: 'c1' }
    await vi.advanceTimersByTimeAsync(900)
    expect(done).toEqual([])
    await vi.advanceTimersByTimeAsync(200)
    expect(done).toEqual(['leave'])
  })
})

test('a microphone that was missing and is there in a talk is not called missing any more', async () => {
  const { handset } = await bench(rung)
  parts.onFault('microphone_missing')
  expect([handset.fault.value, handset.microphone.value]).toEqual(['microphone_missing', false])
  parts.onLeg(legOf('ringing'))
  parts.onLeg(legOf('talking'))
  expect([handset.fault.value, handset.microphone.value]).toEqual([null, true])
  parts.onFault('sound_blocked')
  parts.onLeg({ ...legOf('talking'), muted: true })
  expect(handset.fault.value).toBe('sound_blocked')
})

test('a page that is left hears of no window any more, and its telephone is gone', async () => {
  const { handset } = await bench({ ...talks, leg: legOf('talking') })
  handset.close()
  window.dispatchEvent(new Event('pagehide'))
  expect(done).toEqual(['stop'])
})
