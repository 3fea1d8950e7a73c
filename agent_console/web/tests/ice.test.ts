import type { RTCSession } from 'jssip/lib/RTCSession'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hastenIce } from '../src/ice'

const OFFER = 'v=0\r\nm=audio 17128 UDP/TLS/RTP/SAVPF 8\r\na=candidate:Hc0000202 1 UDP 2130706431 192.0.2.2 17128 typ host\r\n'
const SIX = 'v=0\r\na=candidate:H1 1 UDP 2130706431 fd00::2 17128 typ host\r\n'

const TCP = { type: 'host', protocol: 'tcp', address: '192.0.2.7' }
const UDP = { type: 'host', protocol: 'udp', address: '192.0.2.7' }
const UDP6 = { type: 'host', protocol: 'udp', address: 'fd00::7' }
const HIDDEN = { type: 'host', protocol: 'udp', address: '3f8c1f3e-6a0b.local' }
const REFLEXIVE = { type: 'srflx', protocol: 'udp', address: '203.0.113.7' }

/** A session that gathers these, one after the other; after which of them it was told that they are enough. */
function gathering(candidates: object[], offer: string | null, servers: RTCIceServer[] = []): () => number | null {
  let hear: (event: object) => void = () => {}
  const remoteDescription = offer === null ? null : { sdp: offer }
  const session = { connection: { remoteDescription }, on: (_: string, listener: typeof hear) => { hear = listener } }
  hastenIce(session as unknown as RTCSession, servers)
  let found = 0
  let enough: number | null = null
  for (const candidate of candidates) {
    found += 1
    hear({ candidate, ready: () => { enough ??= found } })
  }
  return () => enough
}

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

describe('the first candidate that Asterisk can use is enough', () => {
  test('a host by UDP', () => {
    expect(gathering([UDP, UDP6], OFFER)()).toBe(1)
  })

  test('not one by TCP, which a busy browser may find first', () => {
    expect(gathering([TCP, UDP], OFFER)()).toBe(2)
  })

  test('not one of the other family', () => {
    expect(gathering([UDP6, UDP], OFFER)()).toBe(2)
    expect(gathering([UDP, UDP6], SIX)()).toBe(2)
  })

  test('not one whose address the browser hides', () => {
    expect(gathering([HIDDEN, UDP], OFFER)()).toBe(2)
  })
})

describe('more are waited for, half a second from the first that can be used', () => {
  test.each([
    ['where there are servers to ask', OFFER, [{ urls: 'stun:192.0.2.3' }], [UDP, REFLEXIVE]],
    ['where the offer is our own', null, [], [UDP6, UDP]],
  ])('%s', (_, offer, servers, candidates) => {
    const enough = gathering(candidates, offer, servers)
    expect(enough()).toBe(null)
    vi.advanceTimersByTime(500)
    expect(enough()).toBe(2)
  })

  test('but none that cannot be used ends the gathering before the browser itself', () => {
    const enough = gathering([TCP, HIDDEN], OFFER)
    vi.advanceTimersByTime(60_000)
    expect(enough()).toBe(null)
  })
})
