/**
 * The telephone in the page: JsSIP over Asterisk's own websocket, so that a talk
 * goes on and can be ended while the server is away.
 *
 * It registers for ever. JsSIP itself brings back a lost websocket; a refused
 * registration is repeated here, with a new secret when the old one is refused.
 */
import { UA, WebSocketInterface } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { IncomingRTCSessionEvent, RTCSessionEvent } from 'jssip/lib/UA'
import { hastenIce } from './ice'
import type { DeskPhoneAccount, SoftphoneAccount } from './model'
import type { Leg, Phone } from './state'

export type Fault = 'microphone_denied' | 'microphone_missing' | 'sound_blocked'

export interface SoftphoneParts {
  account: () => Promise<SoftphoneAccount | DeskPhoneAccount>
  audio: () => HTMLAudioElement | null
  onPhone: (phone: Phone) => void
  onLeg: (leg: Leg | null) => void
  onFault: (fault: Fault) => void
}

const RETRY_FIRST_MS = 1_000
const RETRY_LAST_MS = 10_000
const BUSY_HERE = 486
/** Q.850 41, temporary failure: this leg broke, nobody hung up. */
const LEG_LOST = ['Reason: Q.850;cause=41;text="page left"']

export class Softphone {
  private ua: UA | null = null
  private session: RTCSession | null = null
  private leg: Leg | null = null
  private iceServers: RTCIceServer[] = []
  private retry: ReturnType<typeof setTimeout> | undefined
  private attempt = 0
  private stopped = true

  constructor(private readonly parts: SoftphoneParts) {}

  start(): void {
    this.stopped = false
    this.parts.onPhone('connecting')
    void this.provide()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.retry)
    this.leave()
    this.ua?.stop()
    this.ua = null
    this.parts.onPhone('off')
  }

  /** The leg is of no use any more, as when the page goes away: end it at once rather than let it time out. */
  leave(): void {
    if (this.session && !this.session.isEnded()) {
      this.session.terminate({ extraHeaders: LEG_LOST })
    }
  }

  answer(): void {
    if (!this.session || this.leg?.phase !== 'ringing') return
    this.show({ ...this.leg, phase: 'answering' })
    this.session.answer({
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: this.iceServers },
    })
  }

  reject(): void {
    if (this.session && !this.session.isEnded()) {
      this.session.terminate({ status_code: BUSY_HERE, reason_phrase: 'Busy Here' })
    }
  }

  /** Ends the talk over SIP alone; for when the server cannot be asked. */
  terminate(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate()
  }

  setMuted(muted: boolean): void {
    if (!this.session || !this.leg) return
    if (muted) this.session.mute({ audio: true })
    else this.session.unmute({ audio: true })
    this.show({ ...this.leg, muted })
  }

  /** Fetches a secret and registers with it. */
  private async provide(): Promise<void> {
    let account: SoftphoneAccount | DeskPhoneAccount
    try {
      account = await this.parts.account()
    } catch {
      this.again(() => void this.provide())
      return
    }
    if (this.stopped) return
    if (account.desk_phone) {
      this.parts.onPhone('desk')
      return
    }
    this.iceServers = account.ice_servers
    this.ua?.stop()
    const ua = new UA({
      sockets: [new WebSocketInterface(account.server)],
      uri: account.uri,
      authorization_user: account.username,
      password: account.password,
      realm: account.realm,
      register_expires: 60,
      session_timers: false,
      // JsSIP takes whole seconds. Until it is back, a hang-up of the citizen does not reach this page.
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 1,
      user_agent: 'hotline-12345 page',
    })
    this.ua = ua
    ua.on('registered', () => {
      this.attempt = 0
      clearTimeout(this.retry)
      this.parts.onPhone('registered')
    })
    ua.on('disconnected', () => {
      if (this.ua === ua && !this.stopped) this.parts.onPhone('lost')
    })
    ua.on('unregistered', () => {
      if (this.ua === ua && !this.stopped) this.parts.onPhone('lost')
    })
    ua.on('registrationFailed', ({ response }) => {
      if (this.ua !== ua || this.stopped) return
      this.parts.onPhone('lost')
      const refused = response?.status_code === 401 || response?.status_code === 403
      // A new UA would end the talk: while one is on, only ask again.
      this.again(() => {
        if (refused && !this.session) void this.provide()
        else ua.register()
      })
    })
    ua.on('newRTCSession', (event: RTCSessionEvent) => {
      if (event.originator === 'remote') this.ring(event)
    })
    ua.start()
  }

  private again(act: () => void): void {
    if (this.stopped) return
    this.parts.onPhone('lost')
    clearTimeout(this.retry)
    this.retry = setTimeout(() => {
      if (!this.stopped) act()
    }, Math.min(RETRY_FIRST_MS * 2 ** this.attempt, RETRY_LAST_MS))
    this.attempt += 1
  }

  private ring({ session, request }: IncomingRTCSessionEvent): void {
    const call = request.getHeader('X-Call') ?? null
    if (this.session) {
      if (call === null || call !== this.leg?.call) {
        session.terminate({ status_code: BUSY_HERE, reason_phrase: 'Busy Here' })
        return
      }
      // The same call rings again: its first leg is dead and has not noticed yet.
      const dead = this.session
      this.session = null
      if (!dead.isEnded()) dead.terminate({ extraHeaders: LEG_LOST })
    }
    this.session = session
    const over = () => {
      if (this.session !== session) return
      this.session = null
      this.show(null)
    }
    session.on('ended', over)
    session.on('failed', over)
    session.on('accepted', () => {
      if (this.session === session && this.leg) {
        this.show({ ...this.leg, phase: 'talking', since: Date.now() })
      }
    })
    session.on('getusermediafailed', (error: unknown) => {
      const missing = error instanceof DOMException && error.name === 'NotFoundError'
      this.parts.onFault(missing ? 'microphone_missing' : 'microphone_denied')
    })
    session.on('peerconnection', ({ peerconnection }) => {
      peerconnection.addEventListener('track', (event) => this.play(event.streams[0] ?? new MediaStream([event.track])))
    })
    hastenIce(session, this.iceServers)
    // Last: who hears of the ring may answer at once, and by then every listener must be in place.
    this.show({ call, caller: callerOf(session), phase: 'ringing', muted: false, since: Date.now() })
  }

  private play(stream: MediaStream): void {
    const audio = this.parts.audio()
    if (!audio) return
    audio.srcObject = stream
    audio.play().catch(() => this.parts.onFault('sound_blocked'))
  }

  private show(leg: Leg | null): void {
    this.leg = leg
    this.parts.onLeg(leg)
  }
}

/** What a page does with its telephone. */
export type Line = Pick<Softphone, 'start' | 'stop' | 'leave' | 'answer' | 'reject' | 'terminate' | 'setMuted'>

/** RFC 3323: a caller who withholds the number is "anonymous". */
function callerOf(session: RTCSession): string {
  const user = session.remote_identity.uri.user ?? ''
  return user === 'anonymous' ? '' : user
}

/** Asks for the microphone before the first call needs it. Null when all is well. */
export async function tryMicrophone(): Promise<Fault | null> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    stream.getTracks().forEach((track) => track.stop())
    return null
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotFoundError'
      ? 'microphone_missing'
      : 'microphone_denied'
  }
}
