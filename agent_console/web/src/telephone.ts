/**
 * A citizen's telephone in the page: one call at a time, each over a websocket of its own to Asterisk.
 *
 * It registers nowhere and cannot be rung. All visitors share one name there; whose number one calls from is told in
 * P-Asserted-Identity (RFC 3325), as a telephone network tells it.
 */
import { C, UA, WebSocketInterface } from 'jssip'
import type { EndEvent, RTCSession } from 'jssip/lib/RTCSession'
import { Problem } from './api'
import { hastenIce } from './ice'
import type { SoftphoneAccount } from './model'

export const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const
export type Key = (typeof KEYS)[number]

/** Why a call is over. */
export type Ending =
  | 'hung_up' | 'hotline_hung_up' | 'cancelled' | 'no_such_number' | 'busy' | 'refused' | 'unreachable' | 'line_lost'
  | 'telephony_away' | 'failed'

export type Line =
  | { phase: 'idle' }
  | { phase: 'connecting' }
  | { phase: 'talking'; since: number; muted: boolean }
  | { phase: 'ended'; ending: Ending; status: number | null; seconds: number; problem: Problem | null }

export interface TelephoneParts {
  account: () => Promise<SoftphoneAccount>
  audio: () => HTMLAudioElement | null
  onLine: (line: Line) => void
  /** No microphone may be used: the caller hears, and is not heard. */
  onSilent: () => void
}

/** RFC 4733: as long as a finger presses, and a rest between two of the same. */
const KEY_MS = 120
const KEY_GAP_MS = 80
const CONNECT_MS = 10_000

export class Telephone {
  private line: Line = { phase: 'idle' }
  private ua: UA | null = null
  private session: RTCSession | null = null
  private voice: MediaStream | null = null
  private silence: AudioContext | null = null
  private late: ReturnType<typeof setTimeout> | undefined
  private last: SoftphoneAccount | null = null
  /** Grows with every call: what an earlier one still brings is not for this one. */
  private turn = 0

  constructor(private readonly parts: TelephoneParts) {}

  /** `caller`: the number to call from, empty to withhold it. */
  async dial(number: string, caller: string): Promise<void> {
    if (this.line.phase === 'connecting' || this.line.phase === 'talking') return
    this.turn += 1
    const turn = this.turn
    this.show({ phase: 'connecting' })
    const speaking = this.speak()
    try {
      const account = await this.provide()
      const voice = await speaking
      if (turn === this.turn) {
        this.voice = voice
        this.call(account, number, caller)
        return
      }
      // Hung up meanwhile, and perhaps dialled anew.
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (turn === this.turn) this.over('failed', null, error)
    }
    release(await speaking)
  }

  hangUp(): void {
    if (this.line.phase === 'connecting') this.over('cancelled')
    else if (this.line.phase === 'talking') this.over('hung_up')
  }

  press(key: Key): void {
    if (this.line.phase !== 'talking') return
    this.session?.sendDTMF(key, {
      transportType: C.DTMF_TRANSPORT.RFC2833,
      duration: KEY_MS,
      interToneGap: KEY_GAP_MS,
    })
  }

  setMuted(muted: boolean): void {
    if (this.line.phase !== 'talking' || !this.session) return
    if (muted) this.session.mute({ audio: true })
    else this.session.unmute({ audio: true })
    this.show({ ...this.line, muted })
  }

  /** A new secret; the last one while the server is away, for Asterisk takes calls without it. */
  private async provide(): Promise<SoftphoneAccount> {
    try {
      this.last = await this.parts.account()
    } catch (error) {
      if (this.last === null || !(error instanceof Problem) || error.kind === 'refused') throw error
    }
    return this.last
  }

  private async speak(): Promise<MediaStream> {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: true })
    } catch {
      this.parts.onSilent()
      this.silence ??= new AudioContext()
      return this.silence.createMediaStreamDestination().stream
    }
  }

  private call(account: SoftphoneAccount, number: string, caller: string): void {
    const ua = new UA({
      sockets: [new WebSocketInterface(account.server)],
      uri: account.uri,
      authorization_user: account.username,
      password: account.password,
      realm: account.realm,
      register: false,
      session_timers: false,
      user_agent: 'hotline-12345 visitor',
    })
    this.ua = ua
    this.late = setTimeout(() => this.over('telephony_away'), CONNECT_MS)
    ua.on('connected', () => {
      if (this.ua === ua && !this.session) this.invite(ua, account, number, caller)
    })
    ua.on('disconnected', () => {
      // Once there is a session the sound goes its own way, and JsSIP brings the websocket back.
      if (this.ua === ua && !this.session) this.over('telephony_away')
    })
    ua.start()
  }

  private invite(ua: UA, account: SoftphoneAccount, number: string, caller: string): void {
    const identity = caller === '' ? 'sip:anonymous@anonymous.invalid' : `sip:${caller}@${account.realm}`
    const session = ua.call(`sip:${number}@${account.realm}`, {
      mediaStream: this.voice ?? undefined,
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: account.ice_servers },
      extraHeaders: [`P-Asserted-Identity: <${identity}>`],
    })
    this.session = session
    hastenIce(session, account.ice_servers)
    session.connection.addEventListener('track', (event) => {
      const audio = this.parts.audio()
      if (!audio) return
      audio.srcObject = event.streams[0] ?? new MediaStream([event.track])
      void audio.play()
    })
    // A hang-up told over a websocket that was lost never comes; its silence does.
    session.connection.addEventListener('connectionstatechange', () => {
      if (session.connection.connectionState === 'failed' && !session.isEnded()) session.terminate()
    })
    session.on('accepted', () => {
      if (this.session !== session) return
      clearTimeout(this.late)
      this.show({ phase: 'talking', since: Date.now(), muted: false })
    })
    session.on('ended', (event: EndEvent) => {
      if (this.session === session) this.over(event.originator === 'remote' ? 'hotline_hung_up' : 'line_lost')
    })
    session.on('failed', (event: EndEvent) => {
      if (this.session !== session) return
      const message = event.message as { status_code?: number } | null
      const status = message?.status_code ?? null
      this.over(endingOf(status, event.cause), status)
    })
  }

  private over(ending: Ending, status: number | null = null, problem: Problem | null = null): void {
    clearTimeout(this.late)
    this.turn += 1
    const seconds = this.line.phase === 'talking' ? (Date.now() - this.line.since) / 1000 : 0
    const { ua, session } = this
    this.ua = null
    this.session = null
    if (this.voice) release(this.voice)
    this.voice = null
    if (session && !session.isEnded()) session.terminate()
    ua?.stop() // lets what was just said (BYE, CANCEL, ACK) go out first
    this.show({ phase: 'ended', ending, status, seconds, problem })
  }

  private show(line: Line): void {
    this.line = line
    this.parts.onLine(line)
  }
}

function release(voice: MediaStream): void {
  voice.getTracks().forEach((track) => track.stop())
}

/** Says in one word what a refusal of the INVITE means for the caller. */
export function endingOf(status: number | null, cause: string): Ending {
  switch (status) {
    case 404:
    case 484:
      return 'no_such_number'
    case 486:
    case 600:
      return 'busy'
    case 401:
    case 403:
    case 603:
      return 'refused'
    case 408:
    case 480:
    case 503:
      return 'unreachable'
  }
  return cause === 'Connection Error' || cause === 'Request Timeout' ? 'telephony_away' : 'failed'
}

/** Mobile numbers of mainland China begin so and have eleven digits. */
const MOBILE = ['130', '131', '132', '133', '135', '136', '137', '138', '139', '150', '151', '152', '153', '155', '156',
  '157', '158', '159', '180', '181', '182', '183', '185', '186', '187', '188', '189'] as const

/** A number that a citizen could have. `chance`: from 0 up to 1. */
export function proposeCaller(chance: () => number = Math.random): string {
  const prefix = MOBILE[Math.floor(chance() * MOBILE.length)] ?? MOBILE[0]
  return prefix + String(Math.floor(chance() * 1e8)).padStart(8, '0')
}

/** What a telephone network may call a caller: digits, with a plus abroad. */
export function isCaller(text: string): boolean {
  return /^\+?\d{3,20}$/.test(text)
}
