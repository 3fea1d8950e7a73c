/**
 * One menu being edited: what is typed is kept in the browser at every keystroke until the server has it as a draft or
 * published; the server says at every rest what is wrong with it and draws it; nobody overwrites another unseen.
 */
import { computed, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { api, Problem } from './api'
import { provideErrors } from './editor'
import { whole, type Look, type Menu, type MenuData } from './menus'
import type { Stored } from './policy'

/** How long nothing is typed before it is looked at. */
const REST_MS = 250

interface Kept {
  data: MenuData
  draft: number
  stands: number
}

export function shelfKey(login: string, name: string): string {
  return `hotline.menu.${login}/${name}`
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

export function useMenuEditor(menu: Menu, begun: MenuData, login: string) {
  const place = shelfKey(login, menu.name)
  const draft = shallowRef(menu.draft)
  const stands = shallowRef(menu.stands)
  /** What the server has: a draft before what is published. */
  const base = computed(() => {
    const kept = draft.value ?? stands.value
    return kept ? whole(kept.data) : begun
  })
  /** Versions that whoever edits has seen; 0 for none. */
  const seen = ref({ draft: menu.draft?.version ?? 0, stands: menu.stands?.version ?? 0 })
  const kept = keptOf(localStorage.getItem(place))
  const data = ref(copy(kept?.data ?? base.value)) as Ref<MenuData>
  if (kept) seen.value = { draft: kept.draft, stands: kept.stands }
  const look = shallowRef<Look | null>(null)
  const problem = shallowRef<Problem | null>(null)
  /** What was being written, and how somebody else has saved it meanwhile. */
  let writing: 'draft' | 'stands' = 'draft'
  const conflict = shallowRef<Stored<MenuData> | 'gone' | null>(null)
  const busy = ref(false)
  const changed = computed(() => !same(data.value, base.value))
  /** Whether publishing would change anything. */
  const fresh = computed(() => !stands.value || !same(data.value, whole(stands.value.data)))
  const errors = computed(() => {
    const found: Record<string, string> = {}
    for (const one of look.value?.faults ?? []) {
      const field = one.place.split('.').slice(0, 3).join('.')
      found[field] = found[field] ? `${found[field]} ${one.text}` : one.text
    }
    return found
  })
  provideErrors(errors)

  let timer = 0
  let asked = 0

  async function see(): Promise<void> {
    const mine = ++asked
    try {
      const found = await api.lookAtMenu(data.value)
      if (mine === asked) look.value = found
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine === asked) problem.value = error
    }
  }

  watch(data, () => {
    try {
      if (changed.value) localStorage.setItem(place, JSON.stringify({ data: data.value, ...seen.value }))
      else localStorage.removeItem(place)
    } catch {
      // A full or forbidden shelf: what was typed lives as long as the page.
    }
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void see(), REST_MS)
  }, { deep: true })
  onBeforeUnmount(() => window.clearTimeout(timer))
  void see()

  /** Whether the server has done it; why not stands at the page. */
  async function tried(what: 'draft' | 'stands', deed: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    writing = what
    problem.value = conflict.value = null
    try {
      await deed()
      localStorage.removeItem(place)
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
      if (error.status === 409 && 'current' in error.body) conflict.value = (error.body.current as Stored<MenuData> | null) ?? 'gone'
      return false
    } finally {
      busy.value = false
    }
  }

  const saveDraft = (): Promise<boolean> => tried('draft', async () => {
    draft.value = await api.putMenu('drafts', data.value, seen.value.draft || null)
  })

  /** The draft is over with it: what calls begin with says the same. */
  const publish = (): Promise<boolean> => tried('stands', async () => {
    stands.value = await api.putMenu('menus', data.value, seen.value.stands || null)
    if (draft.value) await dropDraft(draft.value)
  })

  const discard = (): Promise<boolean> => tried('draft', async () => {
    if (draft.value) await dropDraft(draft.value)
    draft.value = null
    data.value = copy(base.value)
  })

  async function dropDraft(one: Stored<MenuData>): Promise<void> {
    await api.dropMenu('drafts', one.key, one.version).catch((error: unknown) => {
      if (!(error instanceof Problem) || error.status !== 404) throw error  // it was over with the publishing
    })
  }

  /** Put a former version in force as it was. */
  const restore = (former: MenuData): Promise<boolean> => tried('stands', async () => {
    stands.value = await api.putMenu('menus', former, seen.value.stands || null)
  })

  /** Back to the menu that is shipped, or away with one that is not. */
  const remove = (): Promise<boolean> => tried('stands', async () => {
    if (draft.value) await dropDraft(draft.value)
    if (stands.value && stands.value.version > 0) await api.dropMenu('menus', menu.name, stands.value.version)
  })

  function revert(): void {
    data.value = copy(base.value)
    problem.value = conflict.value = null
  }

  /** What is here stays, and is saved over theirs. */
  function keepMine(): void {
    const theirs = conflict.value
    if (theirs !== null && theirs !== 'gone') seen.value = { ...seen.value, [writing]: theirs.version }
    else seen.value = { ...seen.value, [writing]: 0 }
    problem.value = conflict.value = null
  }

  return {
    data, look, problem, conflict, busy, changed, fresh, draft, stands, saveDraft, publish, discard, restore, remove, revert, keepMine,
  }
}

function keptOf(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? '') as Partial<Kept>
    if (typeof kept.data !== 'object' || kept.data === null) return null
    return { data: kept.data, draft: kept.draft ?? 0, stands: kept.stands ?? 0 }
  } catch {
    return null
  }
}
