/**
 * A talk that outlives its page: what the page was in when it went away, kept for the one that comes back in the same
 * tab. Another tab has no part in it: it was not there when the operator spoke.
 */

export interface Talk {
  call: string
  muted: boolean
}

/**
 * A page that comes back later rings for its citizen as for any other call, which the operator then answers himself.
 * The demo city's queues keep a citizen as long for the operator whose line he lost (`reconnect_s`).
 */
export const RESUME_MS = 20_000

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export class Interrupted {
  private readonly key: string

  /** `shelf`: sessionStorage, which a tab has for itself. */
  constructor(private readonly shelf: Shelf, login: string) {
    this.key = `hotline.talk.${login}`
  }

  /** The page goes away in this talk. */
  keep(talk: Talk, now: number): void {
    try {
      this.shelf.setItem(this.key, JSON.stringify({ ...talk, at: now }))
    } catch {
      // A browser that stores nothing: the call will ring as any other.
    }
  }

  /** The talk to go on with, given once; null when there is none or it is too long ago. */
  take(now: number): Talk | null {
    const text = this.shelf.getItem(this.key)
    this.shelf.removeItem(this.key)
    try {
      const kept = JSON.parse(text ?? 'null') as Partial<Talk & { at: number }> | null
      if (typeof kept?.call !== 'string' || typeof kept.at !== 'number') return null
      const away = now - kept.at
      return away >= 0 && away < RESUME_MS ? { call: kept.call, muted: kept.muted === true } : null
    } catch {
      return null
    }
  }
}
