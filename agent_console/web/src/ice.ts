/**
 * Finding the way for the sound. Gathering is cut short: where no server is asked for more, the first candidate that
 * Asterisk can use is enough.
 */
import type { RTCSession } from 'jssip/lib/RTCSession'

const PATIENCE_MS = 500

type Candidate = Pick<RTCIceCandidate, 'type' | 'protocol' | 'address'>

/** `servers`: with STUN or TURN configured the host candidate alone may not reach, so more are waited for. */
export function hastenIce(session: RTCSession, servers: readonly RTCIceServer[]): void {
  let patience: ReturnType<typeof setTimeout> | undefined
  session.on('icecandidate', ({ candidate, ready }) => {
    if (!usable(candidate)) return
    // Our own offer names no family yet: then it goes with all that is found soon.
    const offered = session.connection?.remoteDescription?.sdp
    if (servers.length === 0 && candidate.type === 'host' && offered && pairs(candidate, offered)) ready()
    else patience ??= setTimeout(ready, PATIENCE_MS)
  })
}

/** Asterisk takes sound by UDP alone; a name of mDNS stands for an address that the browser keeps to itself. */
export function usable({ protocol, address }: Candidate): boolean {
  return protocol === 'udp' && address !== null && !address.endsWith('.local')
}

/** Whether one of the candidates that this SDP offers is of the same family, IPv4 or IPv6: others find no way there. */
export function pairs({ address }: Candidate, offered: string): boolean {
  const ipv6 = address?.includes(':')
  return [...offered.matchAll(/^a=candidate:\S+ \d+ UDP \d+ (\S+)/gim)].some(([, at]) => at?.includes(':') === ipv6)
}
