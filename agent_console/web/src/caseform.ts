/** One call's case form: typing keeps a draft, saving ends it, a conflict asks. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { api, Problem } from './api'
import { EMPTY, sameFields, type Drafts } from './drafts'
import { CASE_TYPES, URGENCIES, type Call, type Case, type CaseFields } from './model'

export const LIMITS = { content: 5000, place: 200, citizen_name: 50 } as const

export type Missing = 'required' | 'chooseType'

export function fieldsOf(item: CaseFields): CaseFields {
  return {
    type: CASE_TYPES.find((type) => type === item.type) ?? '',
    content: item.content,
    place: item.place,
    urgency: URGENCIES.find((urgency) => urgency === item.urgency) ?? '一般',
    citizen_name: item.citizen_name,
  }
}

/** The case a 409 speaks of: sent along when a version was stale, named when the call already has one. */
export function conflictOf(problem: Problem): { current: Case } | { number: string } | null {
  if (problem.status !== 409) return null
  const { current, number } = problem.body
  if (typeof current === 'object' && current !== null && 'version' in current) return { current: current as Case }
  if (typeof number === 'string') return { number }
  return null
}

/** `here`: whether the call rings at this page's operator, or is with him. */
export function useCaseForm(call: Call, drafts: Drafts, saved: (item: Case) => void, here: () => boolean) {
  const start: CaseFields = { ...EMPTY, citizen_name: [...call.caller_name].slice(0, LIMITS.citizen_name).join('') }
  const draft = drafts.get(call.id)
  const fields = reactive<CaseFields>({ ...(draft?.fields ?? start) })
  const number = ref(draft?.number ?? null)
  const version = ref(draft?.version ?? null)
  /** What the server has, or for a new case what the form began with. */
  const base = shallowRef<CaseFields>(start)
  const loading = ref(false)
  const saving = ref(false)
  const loadFailed = ref(false)
  const problem = shallowRef<Problem | null>(null)
  const errors = ref<Partial<Record<keyof CaseFields, string>>>({})
  const missing = ref<Partial<Record<keyof CaseFields, Missing>>>({})
  const conflict = shallowRef<Case | null>(null)

  const changed = computed(() => !sameFields(fields, base.value))

  function keep(): void {
    drafts.put({
      call: call.id,
      caller: call.caller,
      fields: { ...fields },
      number: number.value,
      version: version.value,
      at: Date.now(),
    })
  }

  // `sync`: the draft is on the shelf before the next keystroke, whatever happens in between.
  watch(
    () => ({ ...fields }),
    () => {
      if (changed.value) keep()
      else drafts.remove(call.id)
    },
    { flush: 'sync' },
  )

  function adopt(item: Case): void {
    number.value = item.number
    version.value = item.version
    base.value = fieldsOf(item)
  }

  async function load(of: string): Promise<void> {
    loading.value = true
    loadFailed.value = false
    try {
      const item = await api.case(of)
      const untouched = !changed.value && !drafts.get(call.id)
      if (untouched) {
        adopt(item)
        Object.assign(fields, fieldsOf(item))
      } else if (drafts.get(call.id)?.number === item.number) {
        // The draft keeps the version it was read at: a save then notices what changed since.
        base.value = fieldsOf(item)
        number.value = item.number
      } else {
        settle(item)
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      loadFailed.value = true
    } finally {
      loading.value = false
    }
  }

  /** The server's case and ours both exist: equal is saved, different is for the operator to choose. */
  function settle(item: Case): void {
    if (sameFields(fieldsOf(item), fields)) {
      adopt(item)
      drafts.remove(call.id)
      saved(item)
    } else {
      conflict.value = item
    }
  }

  function check(): boolean {
    missing.value = {}
    if (fields.type === '') missing.value.type = 'chooseType'
    if (fields.content.trim() === '') missing.value.content = 'required'
    return Object.keys(missing.value).length === 0
  }

  async function save(): Promise<void> {
    if (saving.value || conflict.value) return
    problem.value = null
    errors.value = {}
    if (!check()) return
    saving.value = true
    const sent = { ...fields }
    try {
      const item = number.value !== null && version.value !== null
        ? await api.updateCase(number.value, sent, version.value)
        : await api.createCase(call.id, sent)
      adopt(item)
      if (sameFields(fields, sent)) {
        Object.assign(fields, fieldsOf(item))
        drafts.remove(call.id)
      } else {
        // Typed on while the save was under way: that part is still a draft, of the saved case.
        keep()
      }
      saved(item)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      await refused(error)
    } finally {
      saving.value = false
    }
  }

  async function refused(error: Problem): Promise<void> {
    const other = conflictOf(error)
    if (other && 'current' in other) {
      settle(other.current)
      return
    }
    if (other) {
      // The call has its case already: an earlier save was accepted and its answer lost.
      try {
        settle(await api.case(other.number))
        return
      } catch (later) {
        if (!(later instanceof Problem)) throw later
        problem.value = later
        return
      }
    }
    problem.value = error
    errors.value = Object.fromEntries(error.errors.map(({ field, message }) => [field.split('.').at(-1), message]))
  }

  /** Who had the citizen before may have opened the case already: what the desk tells of a call names none. */
  async function loadFromBefore(): Promise<void> {
    loadFailed.value = false
    try {
      const before = await api.call(call.id)
      if (before.case !== null) await load(before.case)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      loadFailed.value = true
    }
  }

  /** What the server has of this call's case, if any. */
  async function read(): Promise<void> {
    if (call.case !== null || number.value !== null) await load(call.case ?? number.value ?? '')
    else if (call.transferred_by || loadFailed.value) await loadFromBefore()
  }

  /** The call was somebody else's meanwhile, who may have opened or changed its case; what is not saved here stays. */
  async function renew(): Promise<void> {
    if (loading.value || saving.value || conflict.value || changed.value || drafts.get(call.id)) return
    if (number.value !== null) await load(number.value)
    else await loadFromBefore()
  }

  void read()
  watch(here, (now) => {
    if (now) void renew()
  })

  return {
    read,
    fields,
    number,
    loading,
    saving,
    loadFailed,
    problem,
    errors,
    missing,
    conflict,
    changed,
    save,
    keepMine: async () => {
      if (!conflict.value) return
      adopt(conflict.value)
      conflict.value = null
      keep()
      await save()
    },
    takeTheirs: () => {
      if (!conflict.value) return
      const item = conflict.value
      conflict.value = null
      adopt(item)
      Object.assign(fields, fieldsOf(item))
      drafts.remove(call.id)
      saved(item)
    },
  }
}
