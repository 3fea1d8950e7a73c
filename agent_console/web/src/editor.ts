/**
 * One document being edited: what was typed is kept in the browser at every keystroke until the server has saved it,
 * errors stand at their fields, and of two who changed the same one neither overwrites the other unseen.
 */
import { computed, getCurrentScope, inject, onScopeDispose, provide, ref, shallowRef, watch, type InjectionKey, type Ref } from 'vue'
import { api, Problem } from './api'
import { BLANK, KEYS, keyFault, type Documents, type Kind, type Stored } from './policy'

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

interface Draft<T> {
  data: T
  version: number | null
}

const ERRORS: InjectionKey<Readonly<Ref<Record<string, string>>>> = Symbol('errors of fields')

/** Work that a form does for its document and that takes its time. */
export interface Work<T> {
  /** Under way: the document is neither saved nor closed until it is done. */
  held: Ref<boolean>
  /** What came of it: goes into the document, or, where that was left meanwhile, to what is kept of it in the browser. */
  amend: (found: Partial<T>) => void
}

const WORK: InjectionKey<Work<never>> = Symbol('work of a form')

/** Of the document whose form this component is. */
export function useWork<T>(): Work<T> {
  return inject(WORK) as unknown as Work<T>
}

/** Documents that are open, by where they are kept. */
const HERE = new Map<string, (found: object) => void>()

/** Errors by the names of the fields at which they stand, for the fields in this component. */
export function provideErrors(errors: Readonly<Ref<Record<string, string>>>): void {
  provide(ERRORS, errors)
}

/** Why the field of this name is refused; empty where it is not. */
export function useError(name: () => string): Readonly<Ref<string>> {
  const errors = inject(ERRORS, null)
  return computed(() => errors?.value[name()] ?? '')
}

export function draftKey(login: string, kind: Kind, key: string | null): string {
  return `hotline.policy.${login}.${kind}/${key ?? ''}`
}

export function useEditor<K extends Kind>(kind: K, opened: Stored<Documents[K]> | null, login: string, shelf: Shelf = localStorage) {
  type T = Documents[K]
  const place = draftKey(login, kind, opened?.key ?? null)
  const base = shallowRef<T>(copy(opened?.data ?? BLANK[kind]()))
  const version = ref(opened?.version ?? null)
  const kept = draftOf<T>(shelf.getItem(place))
  const data = ref(copy(kept ? { ...base.value, ...kept.data } : base.value)) as Ref<T>
  if (kept) version.value = kept.version
  const errors = ref<Record<string, string>>({})
  /** What is wrong with other documents because of this one. */
  const elsewhere = ref<string[]>([])
  const problem = shallowRef<Problem | null>(null)
  const conflict = shallowRef<Stored<T> | 'gone' | null>(null)
  const busy = ref(false)
  const changed = computed(() => JSON.stringify(data.value) !== JSON.stringify(base.value))
  const held = ref(false)
  provide(ERRORS, errors)
  provide(WORK, { held, amend })

  watch(data, keep, { deep: true })

  const put = (found: object): void => void Object.assign(data.value, found)
  if (getCurrentScope()) {
    HERE.set(place, put)
    onScopeDispose(() => void (HERE.get(place) === put && HERE.delete(place)))
  }

  function amend(found: Partial<T>): void {
    const here = HERE.get(place)
    if (here) return here(found)
    const left = draftOf<T>(shelf.getItem(place)) ?? { data: base.value, version: version.value }
    shelve({ ...left, data: { ...left.data, ...found } })
  }

  function keep(): void {
    shelve(changed.value ? { data: data.value, version: version.value } : null)
  }

  function shelve(draft: Draft<T> | null): void {
    try {
      if (draft) shelf.setItem(place, JSON.stringify(draft))
      else shelf.removeItem(place)
    } catch {
      // A full or forbidden shelf: what was typed lives as long as the page.
    }
  }

  /** From now on what is here is compared with this one, and saved over it. */
  function stands(now: Stored<T>): void {
    base.value = copy(now.data)
    version.value = now.version
  }

  function calm(): void {
    errors.value = {}
    elsewhere.value = []
    problem.value = null
  }

  /** The saved document, null where it was refused. */
  async function save(): Promise<Stored<T> | null> {
    if (busy.value || held.value) return null
    busy.value = true
    calm()
    const key = KEYS[kind] === '' ? kind : String((data.value as unknown as Record<string, unknown>)[KEYS[kind]] ?? '').trim()
    const fault = keyFault(key)
    if (fault) {
      errors.value = { [KEYS[kind]]: fault }
      busy.value = false
      return null
    }
    const sent = JSON.stringify(data.value)
    try {
      const saved = await api.putDocument(kind, key, { ...data.value, ...(KEYS[kind] && { [KEYS[kind]]: key }) }, version.value)
      stands(saved)
      if (JSON.stringify(data.value) === sent) data.value = copy(saved.data)
      keep()
      return saved
    } catch (error) {
      refused(error)
      return null
    } finally {
      busy.value = false
    }
  }

  async function remove(): Promise<boolean> {
    if (busy.value || held.value || !opened) return false
    busy.value = true
    calm()
    try {
      await api.dropDocument(kind, opened.key, version.value)
      shelf.removeItem(place)
      return true
    } catch (error) {
      refused(error)
      return false
    } finally {
      busy.value = false
    }
  }

  function refused(error: unknown): void {
    if (!(error instanceof Problem)) throw error
    problem.value = error
    if (error.status === 409 && 'current' in error.body) {
      conflict.value = (error.body.current as Stored<T> | null) ?? 'gone'
      return
    }
    const own: Record<string, string> = {}
    for (const { field, message } of error.errors) {
      if (field.includes('/')) elsewhere.value.push(message)
      else {
        const name = field.split('.')[0] ?? ''
        own[name] = own[name] ? `${own[name]} ${message}` : message
      }
    }
    errors.value = own
  }

  /** What is here stays and will be saved over theirs. */
  function keepMine(): void {
    const theirs = conflict.value
    version.value = theirs === 'gone' || theirs === null ? null : theirs.version
    conflict.value = null
    calm()
    keep()
  }

  function takeTheirs(): void {
    const theirs = conflict.value
    if (theirs !== 'gone' && theirs !== null) stands(theirs)
    revert()
  }

  function revert(): void {
    data.value = copy(base.value)
    conflict.value = null
    shelf.removeItem(place)
    calm()
  }

  return { data, version, errors, elsewhere, problem, conflict, busy, held, changed, amend, save, remove, keepMine, takeTheirs, revert }
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

function draftOf<T>(text: string | null): Draft<T> | null {
  try {
    const draft = JSON.parse(text ?? '') as Partial<Draft<T>>
    if (typeof draft.data !== 'object' || draft.data === null) return null
    return { data: draft.data, version: draft.version ?? null }
  } catch {
    return null
  }
}
