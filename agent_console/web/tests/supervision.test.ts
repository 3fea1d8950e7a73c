import { describe, expect, test } from 'vitest'
import type { Call, Supervision, TalkState } from '../src/model'
import { pressed, whyNot, type Whereabouts } from '../src/supervision'
import { call } from './samples'

const SINCE = '2026-11-23T18:30:10+08:00'
const talk = (state: TalkState = 'together', id = 'c1'): Call =>
  ({ ...call, id, state: 'talking', answered_at: SINCE, talk: { state, since: SINCE, held_s: 0, party: null } })
const watch: Supervision = {
  call: 'c1', supervisor: 'sup1', name: '赵敏', operator: 'op1001', operator_name: '李晓雯', state: 'on', mode: 'listen',
  wanted: 'listen', take: false, since: SINCE, end: null,
}
const free: Whereabouts = { watch: null, own: null, phone: true }

describe('a supervisor', () => {
  test('may do all with the talk of another while he is nowhere himself', () => {
    expect((['listen', 'whisper', 'barge', 'take'] as const).map((wish) => whyNot(talk(), wish, free))).toEqual(['', '', '', ''])
  })

  test('needs a telephone to come to a talk, and none that is free where he is already', () => {
    expect(whyNot(talk(), 'listen', { ...free, phone: false })).toBe('noPhone')
    expect(whyNot(talk(), 'whisper', { ...free, watch, phone: false })).toBe('')
  })

  test('is at one talk at a time', () => {
    expect(whyNot(talk('together', 'c2'), 'take', { ...free, watch })).toBe('elsewhere')
    expect(whyNot(talk('together', 'c2'), 'listen', { ...free, own: talk() })).toBe('busy')
  })

  test.each(['held', 'calling', 'consulting'] as const)('cannot speak with a citizen who hears music: %s', (state) => {
    expect(whyNot(talk(state), 'barge', free)).toBe('onHold')
    expect([whyNot(talk(state), 'whisper', free), whyNot(talk(state), 'take', free)]).toEqual(['', ''])
  })

  test('does not press for what he has, or is on his way to', () => {
    const rings = { ...watch, state: 'ringing', wanted: 'barge' } as const
    expect((['listen', 'barge', 'take'] as const).map((wish) => pressed(talk(), wish, rings))).toEqual([false, true, false])
    expect((['listen', 'barge', 'take'] as const).map((wish) => pressed(talk(), wish, { ...rings, take: true }))).toEqual([false, false, true])
    expect([whyNot(talk(), 'listen', { ...free, watch }), whyNot(talk(), 'whisper', { ...free, watch })]).toEqual(['already', ''])
    expect(pressed(talk('together', 'c2'), 'listen', watch)).toBe(false)
  })
})
