/** The shifts being edited, each row by itself: nothing that was typed is lost to a conflict or a slip. */
import { computed, ref } from 'vue'
import { api } from './api'
import { createOrders } from './orders'
import { keyFault, type KeyFault } from './policy'
import type { Shift, ShiftDocument } from './roster'

export interface Row {
  /** Null for one that is new. */
  version: number | null
  shift: Shift
  /** As it was read or saved last. */
  kept: Shift | null
  saved: boolean
  /** Of a conflict: as it stands at the server now. */
  theirs: Shift | null
  /** 删除 was pressed once. */
  sure: boolean
  fault: KeyFault | null
}

export function createShifts() {
  const { busy, problem, order } = createOrders()
  const rows = ref<Row[]>([])
  const changed = ref(false)
  /** What would be lost if it were closed now. */
  const unsaved = computed(() => rows.value.some((one) => JSON.stringify(one.shift) !== JSON.stringify(one.kept)))

  function row(stored: ShiftDocument | null): Row {
    const shift = stored ? { ...stored.data } : { name: '', title: '', begins: '08:00', ends: '16:00' }
    return { version: stored?.version ?? null, shift, kept: stored && { ...stored.data }, saved: false, theirs: null, sure: false, fault: null }
  }

  function read(): Promise<boolean> {
    return order(async () => {
      const { items } = await api.shifts()
      rows.value = items.map(row).sort((a, b) => a.shift.begins.localeCompare(b.shift.begins))
    })
  }

  async function save(one: Row): Promise<void> {
    if (busy.value) return
    one.sure = false
    one.fault = keyFault(one.shift.name)
    if (one.fault) return
    const sent = { ...one.shift }
    const done = await order(async () => {
      const stored = row(await api.putShift(sent, one.version))
      const typedOn = JSON.stringify(one.shift) !== JSON.stringify(sent)
      // the name is fixed from now on: under another one it would be another shift
      Object.assign(one, stored, typedOn ? { shift: { ...one.shift, name: stored.shift.name } } : { saved: true })
      changed.value = true
    })
    if (!done) stale(one)
  }

  /** At the first press asks whether he is sure; a new one that was never saved needs no answer of the server. */
  async function remove(one: Row): Promise<void> {
    if (busy.value) return
    if (!one.sure) {
      one.sure = true
      return
    }
    one.sure = false
    const done = await order(async () => {
      if (one.version !== null) {
        await api.dropShift(one.shift.name, one.version)
        changed.value = true
      }
      rows.value = rows.value.filter((other) => other !== one)
    })
    if (!done) stale(one)
  }

  /** Somebody else was here: the next try is over what he wrote, once that has been seen. */
  function stale(one: Row): void {
    if (problem.value?.status !== 409 || !('current' in problem.value.body)) return
    const current = problem.value.body.current as ShiftDocument | null
    changed.value = true
    one.version = current?.version ?? null
    one.kept = current && { ...current.data }
    one.theirs = current && { ...current.data }
  }

  function keepMine(one: Row): Promise<void> {
    one.theirs = null
    return save(one)
  }

  function takeTheirs(one: Row): void {
    if (one.theirs) one.shift = { ...one.theirs }
    one.theirs = null
    problem.value = null
  }

  function add(): void {
    rows.value.push(row(null))
  }

  return { rows, busy, problem, changed, unsaved, read, save, remove, keepMine, takeTheirs, add }
}
