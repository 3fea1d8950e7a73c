import { describe, expect, test } from 'vitest'
import { problemFrom } from '../src/api'
import { ownFigures, queueTotals } from '../src/figures'
import { clockTime, day, duration, keepTimeOf, phoneNumber, when } from '../src/format'
import { en } from '../src/locales/en'
import { zh } from '../src/locales/zh'
import { call, kase, queue } from './samples'

describe('own figures', () => {
  test('count answered calls only, and see which still owe a case', () => {
    const done = { ...call, state: 'ended' as const, outcome: 'answered' as const }
    const calls = [
      { ...done, id: 'c1', talk_s: 60 },
      { ...done, id: 'c2', talk_s: 120 },
      { ...done, id: 'c3', talk_s: 0, outcome: 'abandoned' as const },
    ]
    expect(ownFigures(calls, [kase])).toEqual({ answered: 2, talkSeconds: 180, averageTalk: 90, cases: 1, withoutCase: 1 })
  })

  test('owe no case for a call that was placed about one', () => {
    const about = { ...call, state: 'ended' as const, outcome: 'answered' as const, purpose: 'click_to_call' as const }
    expect(ownFigures([about, { ...about, id: 'c2', purpose: 'call_back' }], []).withoutCase).toBe(1)
  })

  test('have no average before the first call', () => {
    expect(ownFigures([], []).averageTalk).toBeNull()
  })
})

test('queue totals add callers but not the operators, who serve several queues', () => {
  const other = { ...queue, name: 'gas', waiting: 1, longest_since: '2026-11-23T18:29:00+08:00', signed_in: 3 }
  expect(queueTotals([queue, other])).toEqual({
    waiting: 3, longestSince: '2026-11-23T18:29:00+08:00', signedIn: 6, ready: 2, talking: 3,
  })
  expect(queueTotals([])).toEqual({ waiting: 0, longestSince: null, signedIn: 0, ready: 0, talking: 0 })
})

test('to call back has one name in Chinese', () => {
  expect(JSON.stringify(zh)).not.toMatch(/回呼|回拨/)
})

test('English texts have no marks of Chinese width, which stand wide in them', () => {
  const { script, ...texts } = en
  expect(script.text).toBe(zh.script.text)
  expect(JSON.stringify(texts).match(/[“”，。：；！？（）]/g)).toBeNull()
})

test('durations, numbers and times read as people read them', () => {
  expect([0, 65, 3725, -3].map(duration)).toEqual(['00:00', '01:05', '1:02:05', '00:00'])
  expect(['13907330001', '073328881234', '01088880001', '12345', ''].map(phoneNumber)).toEqual(
    ['139 0733 0001', '0733-2888 1234', '010-8888 0001', '12345', ''],
  )
})

test('times are the city\'s wherever the page is open', () => {
  const now = Date.parse('2026-11-24T02:42:00+08:00')
  const past = ['2026-11-24T00:05:00+08:00', '2026-11-23T16:05:00Z', '2026-11-23T23:55:00+08:00', '2025-11-02T08:05:00+08:00']
  keepTimeOf('Asia/Shanghai')
  expect(past.map((time) => when(time, now))).toEqual(['00:05', '00:05', '11-23 23:55', '2025-11-02 08:05'])
  expect([day(now), clockTime(past[2]!), clockTime('')]).toEqual(['2026-11-24', '23:55', ''])
  keepTimeOf('UTC')
  expect([day(now), when(past[0]!, now)]).toEqual(['2026-11-23', '16:05'])
})

describe('a refusal', () => {
  test('is read from its problem details', () => {
    const problem = problemFrom(422, '{"detail":"请修改","errors":[{"field":"place","message":"太长"},7]}')
    expect([problem.detail, problem.errors]).toEqual(['请修改', [{ field: 'place', message: '太长' }]])
  })

  test('may be a proxy page in HTML', () => {
    expect(problemFrom(502, '<html>', '3')).toMatchObject({ status: 502, detail: '', errors: [], retryAfter: 3 })
  })
})

function sentences(texts: object): string[] {
  return Object.values(texts).flatMap((value: unknown) =>
    typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? sentences(value) : [])
}

describe('texts', () => {
  test('use Chinese punctuation in Chinese', () => {
    expect(sentences(zh).filter((text) => /[一-鿿][,!?;:()]/.test(text))).toEqual([])
  })

  test('of the controls keep the names people and tests rely on', () => {
    expect(Object.values(zh.action)).toEqual(
      expect.arrayContaining(['就绪', '小休', '接听', '挂断', '保持', '静音', '转接', '三方', '保存工单', '结束话后', '退出']),
    )
    expect([zh.signIn.login, zh.signIn.secret, zh.signIn.submit]).toEqual(['工号', '密码', '登录'])
  })

  test('have the same places to fill in both languages', () => {
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join()
    expect(sentences(en).map(places)).toEqual(sentences(zh).map(places))
  })
})
