/**
 * The live socket: takes a ticket, connects, hands on frames, and comes back by
 * itself with the last `seq` after every loss, until told to stop or refused for good.
 */
import { Problem } from './api'
import type { Frame, LiveTicket } from './model'
import type { Link } from './state'

const BACKOFF_FIRST_MS = 500
const BACKOFF_LAST_MS = 5_000
/** The server pings every 4 s; three of them missed means a dead line. */
const SILENCE_MS = 12_000

const SIGNED_OUT = 4401
const TOO_SLOW = 4408
const OPENED_ELSEWHERE = 4409

export interface LiveParts {
  ticket: () => Promise<LiveTicket>
  connect: (url: string) => WebSocket
  origin: string
  since: () => number | null
  onFrame: (frame: Frame) => void
  onLink: (link: Link) => void
}

export interface Live {
  stop: () => void
}

export function backoff(attempt: number): number {
  return Math.min(BACKOFF_FIRST_MS * 2 ** attempt, BACKOFF_LAST_MS)
}

export function liveUrl(origin: string, ticket: LiveTicket, since: number | null): string {
  const url = new URL(ticket.path, origin)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.searchParams.set('ticket', ticket.ticket)
  if (since !== null) url.searchParams.set('since', String(since))
  return url.toString()
}

export function openLive(parts: LiveParts): Live {
  let stopped = false
  let attempt = 0
  let socket: WebSocket | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined

  function end(link: Link): void {
    stopped = true
    clearTimeout(retry)
    clearTimeout(silence)
    parts.onLink(link)
  }

  function again(delay: number): void {
    if (stopped) return
    parts.onLink('lost')
    clearTimeout(retry)
    retry = setTimeout(() => void connect(), delay)
    attempt += 1
  }

  function listen(ws: WebSocket): void {
    clearTimeout(silence)
    silence = setTimeout(() => {
      // close() on a dead network waits for the peer; do not wait with it.
      detach(ws)
      ws.close()
      again(0)
    }, SILENCE_MS)
  }

  function detach(ws: WebSocket): void {
    ws.onmessage = null
    ws.onclose = null
    if (socket === ws) socket = null
  }

  async function connect(): Promise<void> {
    let ticket: LiveTicket
    try {
      ticket = await parts.ticket()
    } catch (error) {
      if (error instanceof Problem && error.status === 401) end('signed_out')
      else again(backoff(attempt))
      return
    }
    if (stopped) return

    const ws = parts.connect(liveUrl(parts.origin, ticket, parts.since()))
    socket = ws
    listen(ws)
    ws.onmessage = (event: MessageEvent<unknown>) => {
      listen(ws)
      const frame = parse(event.data)
      if (frame === null) return
      if (frame.type === 'ping') {
        ws.send(JSON.stringify({ type: 'pong' }))
        // With `since` and nothing missed, a ping may be the first word of a healthy socket.
        settled()
        return
      }
      parts.onFrame(frame)
      settled()
    }
    ws.onopen = settled
    ws.onclose = (event: CloseEvent) => {
      clearTimeout(silence)
      detach(ws)
      if (stopped) return
      if (event.code === SIGNED_OUT) end('signed_out')
      else if (event.code === OPENED_ELSEWHERE) end('replaced')
      else if (event.code === TOO_SLOW) again(0)
      else again(backoff(attempt))
    }
  }

  function settled(): void {
    attempt = 0
    parts.onLink('open')
  }

  void connect()

  return {
    stop: () => {
      stopped = true
      clearTimeout(retry)
      clearTimeout(silence)
      if (socket) {
        const ws = socket
        detach(ws)
        ws.close(1000)
      }
    },
  }
}

function parse(data: unknown): Frame | { type: 'ping' } | null {
  if (typeof data !== 'string') return null
  try {
    const value: unknown = JSON.parse(data)
    if (typeof value !== 'object' || value === null || !('type' in value)) return null
    return value as Frame | { type: 'ping' }
  } catch {
    return null
  }
}
