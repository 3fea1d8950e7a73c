/**
 * What the operator typed and the server has not yet acknowledged. Kept in the
 * browser at every keystroke, per operator and call, until the save is answered.
 */
import type { CaseFields } from './model'

export interface Draft {
  call: string
  caller: string
  fields: CaseFields
  /** The case being edited and the version it was read at; null for a new case. */
  number: string | null
  version: number | null
  at: number
}

export const EMPTY: CaseFields = { type: '', content: '', place: '', urgency: '一般', citizen_name: '' }

export function sameFields(a: CaseFields, b: CaseFields): boolean {
  return a.type === b.type && a.content === b.content && a.place === b.place
    && a.urgency === b.urgency && a.citizen_name === b.citizen_name
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

export class Drafts {
  private readonly prefix: string
  private readonly kept = new Map<string, Draft>()
  /** Calls of which the browser refused to store what was typed last. */
  private readonly unstored = new Set<string>()
  /** False while the browser has refused to store one: that lives only as long as the page. */
  durable = true

  constructor(private readonly shelf: Shelf, login: string, private readonly changed: () => void = () => undefined) {
    this.prefix = `hotline.draft.${login}.`
    this.read()
  }

  /** What he typed or saved at another page meanwhile is so here, too. */
  readAgain(): void {
    for (const call of [...this.kept.keys()]) {
      if (!this.unstored.has(call)) this.kept.delete(call)
    }
    this.read()
    this.changed()
  }

  private read(): void {
    for (let index = 0; index < this.shelf.length; index += 1) {
      const key = this.shelf.key(index)
      if (!key?.startsWith(this.prefix)) continue
      const draft = parse(this.shelf.getItem(key))
      if (draft && !this.unstored.has(draft.call)) this.kept.set(draft.call, draft)
    }
  }

  get(call: string): Draft | null {
    return this.kept.get(call) ?? null
  }

  put(draft: Draft): void {
    this.kept.set(draft.call, draft)
    try {
      this.shelf.setItem(this.prefix + draft.call, JSON.stringify(draft))
      this.unstored.delete(draft.call)
    } catch {
      this.unstored.add(draft.call)
    }
    this.durable = this.unstored.size === 0
    this.changed()
  }

  remove(call: string): void {
    this.kept.delete(call)
    this.unstored.delete(call)
    this.durable = this.unstored.size === 0
    this.shelf.removeItem(this.prefix + call)
    this.changed()
  }

  /** Newest first. */
  list(): Draft[] {
    return [...this.kept.values()].sort((a, b) => b.at - a.at)
  }
}

function parse(text: string | null): Draft | null {
  try {
    const draft = JSON.parse(text ?? '') as Partial<Draft>
    if (typeof draft.call !== 'string' || typeof draft.fields !== 'object') return null
    return {
      call: draft.call,
      caller: draft.caller ?? '',
      fields: { ...EMPTY, ...draft.fields },
      number: draft.number ?? null,
      version: draft.version ?? null,
      at: draft.at ?? 0,
    }
  } catch {
    return null
  }
}
