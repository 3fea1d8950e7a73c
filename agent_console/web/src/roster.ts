/** Shifts, duties and handovers as the server tells them, and days of the calendar. */
import { day } from './format'
import { freshId } from './id'
import type { Presence } from './model'

export interface Person {
  login: string
  name: string
}

export interface Shift {
  name: string
  title: string
  begins: string
  ends: string
}

/** One shift of one day. `version`: null where nobody was ever set down. */
export interface Turn {
  id: string
  day: string
  shift: string
  title: string
  begins_at: string
  ends_at: string
  operators: Person[]
  needed: number
  version: number | null
}

export interface Roster {
  today: string
  shifts: Shift[]
  gaps: [string, string][]
  operators: Person[]
  days: { day: string; turns: Turn[] }[]
}

export interface Attendance {
  at: string
  turns: Turn[]
  due: (Person & { duty: Turn; state: Presence; since: string | null; missing_since: string | null })[]
  extra: (Person & { duty: Turn | null; state: Presence; since: string })[]
}

export interface Open {
  waiting: number
  messages: number
  calls: number
  notices: string[]
}

export interface Duty {
  id: string
  day: string
  title: string
}

export interface Handover {
  id: string
  at: string
  of: Duty
  to: Duty | null
  by: Person
  note: string
  open: Open
  taken_by: Person | null
  taken_at: string | null
}

export interface Handovers {
  items: Handover[]
  now: Open
  mine: Duty[]
}

export interface ShiftDocument {
  key: string
  version: number
  data: Shift
}

/** "2026-11-23" and so many days later: a day of the calendar, in no time zone. */
export function later(day: string, days: number): string {
  const then = new Date(`${day}T00:00:00Z`)
  then.setUTCDate(then.getUTCDate() + days)
  return then.toISOString().slice(0, 10)
}

/** 0 is Monday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
}

export function monday(day: string): string {
  return later(day, -weekday(day))
}

/** A week that was read so long ago is read again: others change it, too. */
const AGAIN_MS = 300_000

/** Which week a page that stays open reads again now, `from` null being this week; null while it need not. */
export function again(shown: Pick<Roster, 'today' | 'days'>, readAt: number, now: number): { from: string | null } | null {
  if (day(now) === shown.today && now - readAt < AGAIN_MS) return null
  const first = shown.days[0]?.day ?? null
  return { from: first === monday(shown.today) ? null : first }
}

/** "11-23" */
export function short(day: string): string {
  return day.slice(5)
}

/** What was typed of a handover and is not sent yet. `id`: sent with it, so that sending twice writes once. */
export interface Note {
  id: string
  duty: string
  note: string
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** The one handover that an operator writes, kept in the browser at every keystroke until the server has it. */
export class NoteDraft {
  private readonly place: string
  /** False when the browser refused to store it. */
  durable = true

  constructor(private readonly shelf: Shelf, login: string) {
    this.place = `hotline.handover.${login}`
  }

  get(): Note {
    try {
      const kept = JSON.parse(this.shelf.getItem(this.place) ?? '') as Partial<Note>
      if (typeof kept.note === 'string' && typeof kept.id === 'string' && kept.id.length === 32) {
        return { id: kept.id, duty: typeof kept.duty === 'string' ? kept.duty : '', note: kept.note }
      }
    } catch {
      // Nothing kept, or nothing of ours.
    }
    return { id: freshId(), duty: '', note: '' }
  }

  put(note: Note): void {
    try {
      this.shelf.setItem(this.place, JSON.stringify(note))
      this.durable = true
    } catch {
      this.durable = false
    }
  }

  remove(): void {
    this.shelf.removeItem(this.place)
  }
}
