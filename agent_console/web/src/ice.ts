/** Finding the way for the sound. Gathering is cut short: on a LAN the first host candidate is enough. */
import type { RTCSession } from 'jssip/lib/RTCSession'

const PATIENCE_MS = 500

/** `servers`: with STUN or TURN configured the host candidate alone may not reach, so more are waited for. */
export function hastenIce(session: RTCSession, servers: readonly RTCIceServer[]): void {
  let patience: ReturnType<typeof setTimeout> | undefined
  session.on('icecandidate', ({ candidate, ready }) => {
    if (servers.length === 0 && candidate.type === 'host') ready()
    else patience ??= setTimeout(ready, PATIENCE_MS)
  })
}
