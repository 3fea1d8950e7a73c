import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ref, shallowRef } from 'vue'
import { api, Problem } from '../src/api'
import { EMPTY, reduce, talks, type Floor } from '../src/floor'
import { createListening } from '../src/listening'
import type { Call, Frame, Operator, Supervision } from '../src/model'
import type { SoftphoneParts } from '../src/softphone'
import { deedOf, whyKept, whyNot } from '../src/talk'
import { call, operator, queue } from './samples'

const talk: Call = { ...call, state: 'talking', answered_at: '2026-11-23T18:30:10+08:00', talk: { state: 'together', since: '2026-11-23T18:30:10+08:00', held_s: 0, party: null } }
const sup: Operator = { ...operator, login: 'sup1', name: '赵敏', state: 'offline', queues: [], phone: true }
const watch: Supervision = {
  call: 'c1', supervisor: 'sup1', name: '赵敏', operator: 'op1001', operator_name: '李晓雯', state: 'on', mode: 'listen',
  wanted: 'listen', take: false, since: '2026-11-23T18:31:00+08:00', end: null,
}
const snapshot: Frame = {
  seq: 10,
  type: 'snapshot',
  data: {
    operator: sup, call: null, queues: [queue], messages_open: 0, telephony: true, now: '2026-11-23T18:30:00+08:00',
    operators: [operator], calls: [talk], watches: [],
  },
}
const SINCE = '2026-11-23T18:30:20+08:00'
const AT = Date.parse('2026-11-23T18:30:00+08:00')

function after(floor: Floor, ...frames: Frame[]): Floor {
  return frames.reduce((now, frame) => reduce(now, { kind: 'frame', frame, at: AT }), floor)
}

const open = { ...after(EMPTY, snapshot), link: 'open' as const }

describe('the floor', () => {
  test('knows who is at whose talk, and why one is there no more', () => {
    const on = after(open, { seq: 11, type: 'watch', data: watch })
    expect(on.watches.get('sup1')).toEqual(watch)
    const over = after(on, { seq: 12, type: 'watch', data: { ...watch, state: 'over', end: 'given_away' } })
    expect([over.watches.size, over.left.get('sup1')?.end]).toEqual([0, 'given_away'])
    const again = after(over, { seq: 13, type: 'watch', data: watch })
    expect(again.left.size).toBe(0)
    expect(after(EMPTY, { ...snapshot, data: { ...snapshot.data, watches: [watch] } } as Frame).watches.size).toBe(1)
  })

  test('takes a supervisor whose telephone comes for no operator, and knows his telephone', () => {
    const told = after(open, { seq: 11, type: 'operator', data: sup })
    expect([...told.operators.keys()]).toEqual(['op1001'])
    expect(told.seen.get('sup1')?.phone).toBe(true)
  })

  test('lists the talks that run, the longest first', () => {
    const later = { ...talk, id: 'c2', answered_at: '2026-11-23T18:31:10+08:00' }
    expect(talks([later, call, talk]).map((one) => one.id)).toEqual(['c1', 'c2'])
  })

  test('keeps a citizen who was given to a number outside among the talks, also while it rings', () => {
    const forwarded = { ...talk, id: 'c2', state: 'forwarded', operator: null, talk: null, forwarded_to: '110' } as const
    expect(talks([forwarded, talk]).map((one) => one.id)).toEqual(['c1', 'c2'])
  })
})

describe('his telephone', () => {
  const done: string[] = []
  let parts: SoftphoneParts
  const floor = shallowRef<Floor>(open)
  const order = async (run: () => Promise<unknown>) => {
    try {
      await run()
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(Problem)
      return false
    }
  }
  let listening: ReturnType<typeof createListening>

  function rings(id: string | null): void {
    parts.onLeg({ call: id, caller: 'op1001', phase: 'ringing', muted: false, since: 0 })
  }

  beforeEach(() => {
    vi.useFakeTimers({ now: AT })
    done.length = 0
    floor.value = open
    listening = createListening({ login: 'sup1', name: '赵敏', role: 'supervisor' }, floor, { busy: ref(false), order }, (given) => {
      parts = given
      const say = (what: string) => () => void done.push(what)
      return {
        start: say('start'), stop: say('stop'), leave: say('leave'), answer: say('answer'), reject: say('reject'),
        terminate: say('terminate'), setMuted: say('mute'),
      }
    })
  })

  afterEach(() => {
    listening.close()
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  test('answers by itself the ring for which he pressed, and no other', async () => {
    vi.spyOn(api, 'supervise').mockResolvedValue({})
    rings('c1')
    await listening.supervise('c1', 'whisper')
    rings('c2')
    rings(null)
    rings('c1')
    expect(done).toEqual(['reject', 'reject', 'reject', 'answer'])
  })

  test('answers nothing after a refusal, nor long after he pressed', async () => {
    vi.spyOn(api, 'supervise').mockRejectedValueOnce(new Problem(409, 'refused', '')).mockResolvedValue({})
    expect(await listening.supervise('c1', 'listen')).toBe(false)
    rings('c1')
    await listening.supervise('c1', 'listen')
    await vi.advanceTimersByTimeAsync(41_000)
    rings('c1')
    expect(done).toEqual(['reject', 'reject'])
  })

  test('is hung up when the server says that he is at no talk, and only after a while', async () => {
    floor.value = after(open, { seq: 11, type: 'watch', data: watch })
    parts.onLeg({ call: 'c1', caller: 'op1001', phase: 'talking', muted: false, since: 0 })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(done).toEqual([])
    floor.value = after(floor.value, { seq: 12, type: 'watch', data: { ...watch, state: 'over', end: 'talk_over' } })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(done).toEqual([])
    await vi.advanceTimersByTimeAsync(1_100)
    expect(done).toEqual(['terminate'])
  })

  test('stays in a talk that he has taken over, which is his by the server\'s word', async () => {
    floor.value = after(open, { seq: 11, type: 'watch', data: watch })
    parts.onLeg({ call: 'c1', caller: 'op1001', phase: 'talking', muted: false, since: 0 })
    floor.value = after(
      floor.value,
      { seq: 12, type: 'watch', data: { ...watch, state: 'over', end: 'took' } },
      { seq: 13, type: 'operator', data: { ...sup, state: 'talking', call: 'c1' } },
      { seq: 14, type: 'call', data: { ...talk, operator: 'sup1' } },
    )
    await vi.advanceTimersByTimeAsync(10_000)
    expect([listening.own.value?.id, done]).toEqual(['c1', []])
  })

  test('lets him do with his talk what a console lets its operator do', async () => {
    const control = vi.spyOn(api, 'control').mockResolvedValue({})
    const party = { kind: 'operator', name: 'op1002', title: '陈建国', since: SINCE, answered_at: SINCE, join: true } as const
    floor.value = after(
      open,
      { seq: 11, type: 'operator', data: { ...sup, state: 'talking', call: 'c1' } },
      { seq: 12, type: 'call', data: { ...talk, operator: 'sup1', talk: { state: 'three', since: SINCE, held_s: 0, party } } },
    )
    const { moment } = listening
    expect((['hold', 'transfer'] as const).map((slot) => [deedOf(slot, moment.value.call!.talk!), whyNot(slot, moment.value)])).toEqual([['return', ''], ['complete', '']])
    await listening.does('c1', 'return')
    expect(control).toHaveBeenCalledWith('c1', 'return')
    floor.value = after(floor.value, { seq: 13, type: 'call', data: { ...talk, operator: 'sup1', talk: { state: 'held', since: SINCE, held_s: 0, party: null } } })
    expect([deedOf('hold', moment.value.call!.talk!), whyKept(moment.value)]).toEqual(['resume', 'citizenHeld'])
    floor.value = { ...floor.value, link: 'lost' }
    expect(whyNot('hold', moment.value)).toBe('serverAway')
  })

  test('ties him to the page from the ring to the end of the line', () => {
    expect(listening.tied.value).toBe(false)
    rings('c1')
    expect(listening.tied.value).toBe(true)
    parts.onLeg(null)
    expect(listening.tied.value).toBe(false)
  })

  test('whose microphone was missing says so no longer when he is connected with one', () => {
    parts.onFault('microphone_missing')
    expect(listening.fault.value).toBe('microphone_missing')
    parts.onLeg({ call: 'c1', caller: 'op1001', phase: 'talking', muted: false, since: 0 })
    expect(listening.fault.value).toBe(null)
  })

  test('at his desk is there when the server says so', () => {
    parts.onPhone('desk')
    expect(listening.ready.value).toBe(true)
    floor.value = after(open, { seq: 11, type: 'operator', data: { ...sup, phone: false } })
    expect(listening.ready.value).toBe(false)
  })
})
