/** Reasons for a pause, and the incidents that callers are told of: what the policy says now. */
import { shallowRef } from 'vue'
import { api } from './api'
import type { Notice, PauseKind } from './model'

export function createBulletin() {
  const pauses = shallowRef<PauseKind[]>([])
  const notices = shallowRef<Notice[]>([])

  /** What could not be asked for stays as it was. */
  async function look(): Promise<void> {
    const [kinds, told] = await Promise.allSettled([api.pauses(), api.notices()])
    if (kinds.status === 'fulfilled') pauses.value = kinds.value.items.map((one) => one.data)
    if (told.status === 'fulfilled') notices.value = told.value.items
  }

  return { pauses, notices, look }
}
