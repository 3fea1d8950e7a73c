/** Whom a citizen can be given to, and who can be asked or joined to the talk: as the server tells it, and as a list shows it. */
import { shallowRef } from 'vue'
import { api, Problem } from './api'
import type { Contact } from './policy'
import { isCaller } from './telephone'

/** `queue` of an operator: the one in which he would take the citizen. `numbers`: whether numbers outside can be dialled at all. */
export interface Targets {
  queues: { name: string; title: string; ready: number }[]
  operators: { login: string; name: string; queue: string }[]
  /** Who is free to be asked. */
  consult?: { login: string; name: string }[]
  contacts?: Contact[]
  numbers?: boolean
}

/** Blind: the citizen goes, whoever gave him writes. */
export type Given = { queue: string; to: string } | { contact: string } | { number: string }
/** `join`: he comes to the citizen, too, as soon as he answers. */
export interface Asked {
  kind: 'operator' | 'queue' | 'contact' | 'number'
  target: string
  join: boolean
}

/** How somebody comes into a talk: has the citizen, is asked first, or speaks with both. */
export const WAYS = ['transfer', 'consult', 'three'] as const
export type Way = (typeof WAYS)[number]

/** In the order in which a list shows them. */
export const GROUPS = ['operator', 'queue', 'contact'] as const

/** `note`: what stands beside the title. `ready`: of a queue. `given`: null where he cannot be given the citizen, only asked. */
export interface Row {
  kind: Asked['kind']
  target: string
  title: string
  note: string
  ready: number | null
  given: Given | null
  asks: boolean
}

export function rowsOf(targets: Targets): Row[] {
  const { queues, operators, consult = [], contacts = [], numbers = false } = targets
  const names = new Map([...consult, ...operators].map(({ login, name }) => [login, name]))
  const asks = targets.consult !== undefined
  return [
    ...[...names].sort(([a], [b]) => a.localeCompare(b)).map(([login, title]): Row => {
      const taker = operators.find((one) => one.login === login)
      const given = taker ? { queue: taker.queue, to: login } : null
      return { kind: 'operator', target: login, title, note: login, ready: null, given, asks: consult.some((one) => one.login === login) }
    }),
    ...queues.map(({ name, title, ready }): Row =>
      ({ kind: 'queue', target: name, title, note: '', ready, given: { queue: name, to: '' }, asks: asks && ready > 0 })),
    ...(numbers ? contacts : []).map(contactRow),
  ]
}

export function contactRow({ name, title, number }: Contact): Row {
  return { kind: 'contact', target: name, title, note: number, ready: null, given: { contact: name }, asks: true }
}

/**
 * What a list shows that showed `before` a moment ago: nobody moves under the hand that is about to choose him. Who is not
 * there any more stays, and cannot be chosen; who has come stands last.
 */
export function steady(before: Row[], now: Row[]): Row[] {
  const key = (row: Row) => `${row.kind} ${row.target}`
  const fresh = new Map(now.map((row) => [key(row), row]))
  const shown = new Set(before.map(key))
  return [
    ...before.map((row) => fresh.get(key(row)) ?? { ...row, ready: row.ready === null ? null : 0, given: null, asks: false }),
    ...now.filter((row) => !shown.has(key(row))),
  ]
}

/** Those in whose title, login or number each of the words is. */
export function matching(rows: Row[], query: string): Row[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    const text = `${row.title} ${row.target} ${row.note}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** The number that was typed, as it is dialled; null for none that a telephone has. */
export function dialled(text: string): string | null {
  const number = text.replace(/[\s()-]/g, '')
  return isCaller(number) ? number : null
}

export function numberRow(number: string): Row {
  return { kind: 'number', target: number, title: number, note: '', ready: null, given: { number }, asks: true }
}

/** Who is called by the key for 110; null where the police cannot be called. */
export function policeOf(targets: Targets | null): Contact | null {
  if (!targets?.numbers) return null
  return targets.contacts?.find((one) => one.kind === 'police') ?? null
}

export function asked(row: Row, way: Way): Asked {
  return { kind: row.kind, target: row.target, join: way === 'three' }
}

export function createTargets() {
  /** As it was last told, also of another call: who is free changes, whom one can call at all hardly ever. */
  const known = shallowRef<Targets | null>(null)
  /** Why it could not be asked for. */
  const problem = shallowRef<Problem | null>(null)

  /** Questions are numbered. */
  let asked = 0
  /** The newest that was answered: what comes late of an earlier one, perhaps of another call, is old. */
  let shown = 0

  async function look(call: string): Promise<void> {
    const mine = asked += 1
    try {
      const told = await api.transferTargets(call)
      if (mine < shown) return
      shown = mine
      known.value = told
      problem.value = null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine < shown) return
      shown = mine
      problem.value = error
    }
  }

  return { known, problem, look }
}
