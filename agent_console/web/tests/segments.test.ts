import { describe, expect, test } from 'vitest'
import type { Segment } from '../src/model'
import { secondAt, stretches } from '../src/segments'

const first: Segment = { operator: 'op1001', name: '李晓雯', begins_s: 0, seconds: 50, at: '2026-11-23T18:30:00+08:00', kind: 'talk' }
const three: Segment = { ...first, begins_s: 50, seconds: 30, at: '2026-11-23T18:31:30+08:00', kind: 'three' }
const second: Segment = { ...first, operator: 'op1002', name: '王强', begins_s: 80, seconds: 20, at: '2026-11-23T18:32:00.4+08:00' }

describe('the bar of a recording', () => {
  test('has a part for each stretch, and a gap where the citizen heard music before it', () => {
    expect(stretches([first, three, second], 100).map(({ left, width, gap_s }) => [left, width, gap_s])).toEqual([
      [0, 0.5, 0], [0.5, 0.3, 40], [0.8, 0.2, 0],
    ])
  })

  test('is as long as its stretches where the recording claims to be shorter', () => {
    expect(stretches([first, three], 60).map(({ left, width }) => [left, width])).toEqual([[0, 0.625], [0.625, 0.375]])
  })

  test('is not there where there is one voice, or no length', () => {
    expect([stretches([], 100), stretches([first], 100)]).toEqual([[], []])
    expect(stretches([{ ...first, seconds: 0 }, { ...first, seconds: 0 }], 0)).toEqual([])
  })

  test('leads to where it is clicked, and not beyond the stretch', () => {
    expect([0, 0.5, 1, -1, 2].map((part) => secondAt(three, part))).toEqual([50, 65, 80, 50, 80])
  })
})
