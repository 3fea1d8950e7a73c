import { describe, expect, test } from 'vitest'
import { Interrupted, RESUME_MS } from '../src/resume'
import { Shelf } from './samples'

const LEFT = 1_000_000
const talk = { call: 'c1', muted: true }

describe('an interrupted talk', () => {
  test('is given once to the page that comes back in time', () => {
    const shelf = new Shelf()
    new Interrupted(shelf, 'op1001').keep(talk, LEFT)
    const back = new Interrupted(shelf, 'op1001')
    expect(back.take(LEFT + RESUME_MS - 1)).toEqual(talk)
    expect(back.take(LEFT + RESUME_MS - 1)).toBeNull()
  })

  test('is forgotten when it is too long ago, or the clock was put back', () => {
    for (const now of [LEFT + RESUME_MS, LEFT - 1]) {
      const interrupted = new Interrupted(new Shelf(), 'op1001')
      interrupted.keep(talk, LEFT)
      expect(interrupted.take(now)).toBeNull()
    }
  })

  test("is not another operator's", () => {
    const shelf = new Shelf()
    new Interrupted(shelf, 'op1001').keep(talk, LEFT)
    expect(new Interrupted(shelf, 'op1002').take(LEFT)).toBeNull()
  })

  test.each(['', 'null', '7', '{', '{"call":7,"at":1000000}', '{"call":"c1"}'])('that was kept as %j is none', (text) => {
    const shelf = new Shelf()
    shelf.setItem('hotline.talk.op1001', text)
    expect(new Interrupted(shelf, 'op1001').take(LEFT)).toBeNull()
  })

  test('in a browser that stores nothing is lost without a fault', () => {
    const shelf = new Shelf()
    shelf.full = true
    const interrupted = new Interrupted(shelf, 'op1001')
    interrupted.keep(talk, LEFT)
    expect(interrupted.take(LEFT)).toBeNull()
  })
})
