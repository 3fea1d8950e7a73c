import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Problem } from '../src/api'
import { backoff, liveUrl, openLive, type LiveParts } from '../src/live'
import type { Frame } from '../src/model'
import type { Link } from '../src/state'

/** A socket that does what the test says. */
class Wire {
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  sent: string[] = []
  closed = false
  constructor(readonly url: string) {}
  send(text: string): void {
    this.sent.push(text)
  }
  close(): void {
    this.closed = true
  }
  say(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
  drop(code: number): void {
    this.onclose?.({ code })
  }
}

let wires: Wire[]
let links: Link[]
let frames: Frame[]
let seq: number | null

function start(ticket: LiveParts['ticket'] = () => Promise.resolve({ ticket: 'T', path: '/live' })) {
  return openLive({
    ticket,
    connect: (url) => {
      const wire = new Wire(url)
      wires.push(wire)
      return wire as unknown as WebSocket
    },
    origin: 'http://127.0.0.1:8000',
    since: () => seq,
    onFrame: (frame) => frames.push(frame),
    onLink: (link) => links.push(link),
  })
}

const last = () => wires[wires.length - 1]!

beforeEach(() => {
  vi.useFakeTimers()
  wires = []
  links = []
  frames = []
  seq = null
})
afterEach(() => {
  vi.useRealTimers()
})

test('the address carries the ticket, and the last seq where there is one', () => {
  const ticket = { ticket: 'a b', path: '/live' }
  expect(liveUrl('http://127.0.0.1:8000', ticket, null)).toBe('ws://127.0.0.1:8000/live?ticket=a+b')
  expect(liveUrl('https://hotline.example', ticket, 7)).toBe('wss://hotline.example/live?ticket=a+b&since=7')
})

test('waiting grows from half a second to five', () => {
  expect([0, 1, 2, 3, 4, 9].map(backoff)).toEqual([500, 1000, 2000, 4000, 5000, 5000])
})

test('frames are handed on and pings answered', async () => {
  start()
  await vi.advanceTimersByTimeAsync(0)
  last().onopen?.()
  last().say({ type: 'ping' })
  last().say({ seq: 5, type: 'messages', data: { open: 1 } })
  last().onmessage?.({ data: 'no json' })
  expect(last().sent).toEqual(['{"type":"pong"}'])
  expect(frames).toEqual([{ seq: 5, type: 'messages', data: { open: 1 } }])
  expect(links.at(-1)).toBe('open')
})

test('a lost socket comes back with the last seq', async () => {
  start()
  await vi.advanceTimersByTimeAsync(0)
  last().onopen?.()
  seq = 42
  last().drop(1006)
  expect(links.at(-1)).toBe('lost')
  await vi.advanceTimersByTimeAsync(500)
  expect(wires).toHaveLength(2)
  expect(last().url).toContain('since=42')
})

test('a server that is away is asked again and again', async () => {
  const ticket = vi.fn(() => Promise.reject(new Problem(0, 'unreachable', '')))
  start(ticket)
  await vi.advanceTimersByTimeAsync(500 + 1000 + 2000)
  expect(ticket).toHaveBeenCalledTimes(4)
  expect(links.at(-1)).toBe('lost')
})

test('silence of 12 seconds is a loss', async () => {
  start()
  await vi.advanceTimersByTimeAsync(0)
  last().onopen?.()
  await vi.advanceTimersByTimeAsync(10_000)
  last().say({ type: 'ping' })
  await vi.advanceTimersByTimeAsync(11_000)
  expect(wires).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1_100)
  expect(wires[0]?.closed).toBe(true)
  expect(wires).toHaveLength(2)
})

test.each([[4401, 'signed_out'], [4409, 'replaced']] as const)('code %i ends it: %s', async (code, link) => {
  start()
  await vi.advanceTimersByTimeAsync(0)
  last().drop(code)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(links.at(-1)).toBe(link)
  expect(wires).toHaveLength(1)
})

test('a refused ticket ends it as signed out', async () => {
  start(() => Promise.reject(new Problem(401, 'refused', '')))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(links).toEqual(['signed_out'])
})

test('a reader who was too slow connects again at once', async () => {
  start()
  await vi.advanceTimersByTimeAsync(0)
  last().drop(4408)
  await vi.advanceTimersByTimeAsync(1)
  expect(wires).toHaveLength(2)
})

test('stopped means stopped', async () => {
  const live = start()
  await vi.advanceTimersByTimeAsync(0)
  live.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(wires).toHaveLength(1)
  expect(last().closed).toBe(true)
})
