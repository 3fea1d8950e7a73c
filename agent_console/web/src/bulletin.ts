/** Reasons for a pause, and the incidents that callers are told of: what the policy says now. */
import { shallowRef } from 'vue'
import { api } from './api'
import type { Notice, PauseKind } from './model'

export function createBulletin() {
  const pauses = shallowRef<PauseKind[]>([])
  const notices = shallowRef<Notice[]>([])

  /** Questions are numbered. */
  let asked = 0
  /** The newest that was answered: an earlier one knows of no change since. */
  let shown = 0

  /** What could not be asked for stays as it was. */
  async function look(): Promise<void> {
    const mine = asked += 1
    const [kinds, told] = await Promise.allSettled([api.pauses(), api.notices()])
    if (mine < shown) return
    shown = mine
    if (kinds.status === 'fulfilled') pauses.value = kinds.value.items.map((one) => one.data)
    if (told.status === 'fulfilled') notices.value = told.value.items
  }

  return { pauses, notices, look }
}
