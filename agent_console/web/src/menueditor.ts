/**
 * One menu being edited: what is typed is kept in the browser at every keystroke until the server has it as a draft or
 * published; the server says at every rest what is wrong with it and draws it; nobody overwrites another unseen.
 */
import { computed, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { api, Problem } from './api'
import { provideErrors } from './editor'
import { whole, type Look, type Menu, type MenuData } from './menus'
import type { Stored } from './policy'
import { useSure } from './sure'

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

/** `language`: in which the server tells faults and draws. */
export function useMenuEditor(menu: Menu, begun: MenuData, login: string, language?: Ref<string>) {
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
  /** Why the last deed was refused, and why the menu could not be looked at. */
  const refusal = shallowRef<Problem | null>(null)
  const unseen = shallowRef<Problem | null>(null)
  const problem = computed(() => refusal.value ?? unseen.value)
  /** What was being written, whether it was what is typed here, and how somebody else has saved it meanwhile. */
  let writing: 'draft' | 'stands' = 'draft'
  let typed = true
  const conflict = shallowRef<Stored<MenuData> | 'gone' | null>(null)
  const busy = ref(false)
  const changed = computed(() => !same(data.value, base.value))
  const { sure, again } = useSure()
  /** A former version as it was loaded: as long as nothing is typed in it, nothing is lost with it. */
  const loaded = shallowRef<{ data: MenuData; number: number | null } | null>(null)
  const looked = computed(() => (loaded.value && same(data.value, loaded.value.data) ? loaded.value : null))
  const loses = (): boolean => changed.value && !looked.value
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
      if (mine !== asked) return
      look.value = found
      unseen.value = null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine === asked) unseen.value = error
    }
  }

  watch(data, () => {
    sure.value = ''
    keep()
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void see(), REST_MS)
  }, { deep: true })
  if (language) watch(language, () => void see())
  onBeforeUnmount(() => window.clearTimeout(timer))
  void see()

  function keep(): void {
    try {
      if (changed.value) localStorage.setItem(place, JSON.stringify({ data: data.value, ...seen.value }))
      else localStorage.removeItem(place)
    } catch {
      // A full or forbidden shelf: what was typed lives as long as the page.
    }
  }

  /** Whether the server has done it; why not stands at the page. `of`: whether what is typed here is what it is about. */
  async function tried(what: 'draft' | 'stands', of: 'typed' | 'other', deed: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    writing = what
    typed = of === 'typed'
    refusal.value = conflict.value = null
    try {
      await deed()
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      keep()
      refusal.value = error
      if (error.status === 409 && 'current' in error.body) conflict.value = (error.body.current as Stored<MenuData> | null) ?? 'gone'
      return false
    } finally {
      busy.value = false
    }
  }

  const clear = (): void => localStorage.removeItem(place)

  function drafted(now: Stored<MenuData> | null): void {
    draft.value = now
    seen.value = { ...seen.value, draft: now?.version ?? 0 }
  }

  function standing(now: Stored<MenuData> | null): void {
    stands.value = now
    seen.value = { ...seen.value, stands: now?.version ?? 0 }
  }

  const saveDraft = (): Promise<boolean> => tried('draft', 'typed', async () => {
    drafted(await api.putMenu('drafts', data.value, seen.value.draft || null))
    clear()
  })

  /** The draft that was gone on from is over with it, if the server has not ended it as the same; another one, saved by somebody meanwhile, stays. */
  const publish = (): Promise<boolean> => tried('stands', 'typed', async () => {
    standing(await api.putMenu('menus', data.value, seen.value.stands || null))
    if (seen.value.draft && await draftThere() === seen.value.draft) await dropDraft(seen.value.draft, [404, 409])
    drafted(null)
    clear()
  })

  const discard = (): Promise<boolean> => tried('draft', 'typed', async () => {
    if (draft.value) await dropDraft(draft.value.version, [404])
    drafted(null)
    data.value = copy(base.value)
    clear()
  })

  /** The version of the draft that the server has now; 0 for none. */
  async function draftThere(): Promise<number> {
    return (await api.menus()).items.find((one) => one.name === menu.name)?.draft?.version ?? 0
  }

  /** `over`: refusals by which it is over already, or is another's. */
  async function dropDraft(version: number, over: readonly number[]): Promise<void> {
    await api.dropMenu('drafts', menu.name, version).catch((error: unknown) => {
      if (!(error instanceof Problem) || !over.includes(error.status)) throw error
    })
  }

  /** Put a former version in force as it was. What is typed stays, and is a change of that one from now on. */
  const restore = (former: MenuData): Promise<boolean> => tried('stands', 'other', async () => {
    const untouched = !changed.value
    standing(await api.putMenu('menus', former, seen.value.stands || null))
    if (draft.value && same(whole(draft.value.data), whole(former))) drafted(null)  // the server has ended it
    if (untouched) data.value = copy(base.value)
    keep()
  })

  /** Back to the menu that is shipped, whatever is drafted or typed; or away with one that is not, and with its draft. */
  const remove = (): Promise<boolean> => tried('stands', 'other', async () => {
    if (stands.value && stands.value.version > 0) await api.dropMenu('menus', menu.name, stands.value.version)
    if (menu.shipped) {
      seen.value = { ...seen.value, stands: 0 }
      return keep()
    }
    standing(null)
    if (draft.value) await dropDraft(draft.value.version, [404, 409])
    clear()
  })

  /** Back to what the server has; asked twice where that loses what was typed. */
  function revert(): void {
    if (again('revert', loses())) begin(base.value)
  }

  function begin(from: MenuData): void {
    data.value = copy(from)
    loaded.value = null
    refusal.value = conflict.value = null
  }

  /** A former version to look at, and to go on from; asked twice likewise. Whether it is here now. */
  function lookAt(former: MenuData, revision: number, number: number | null): boolean {
    if (!again(`look/${revision}`, loses())) return false
    loaded.value = { data: whole({ ...former, name: menu.name }), number }
    data.value = copy(loaded.value.data)
    return true
  }

  /** What is here stays, and is saved over theirs. */
  function keepMine(): void {
    const theirs = conflict.value
    seen.value = { ...seen.value, [writing]: theirs === null || theirs === 'gone' ? 0 : theirs.version }
    refusal.value = conflict.value = null
    keep()
  }

  /** What is typed gives way to theirs, unless it was another version that could not be put in force. */
  function takeTheirs(): void {
    if (typed) begin(base.value)
    else refusal.value = conflict.value = null
  }

  return {
    data, look, errors, problem, conflict, busy, changed, looked, fresh, draft, stands, sure, again,
    saveDraft, publish, discard, restore, remove, revert, lookAt, keepMine, takeTheirs,
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
