/** Out of a page: signed out by a press, or told by the server that the session is over. */
import type { Ref } from 'vue'
import { useRouter } from 'vue-router'
import { api, Problem } from './api'
import { forget } from './session'

export function useLeaving(problem: Ref<Problem | null>) {
  const router = useRouter()

  function leave(): void {
    forget()
    void router.replace('/?over')
  }

  async function signOut(): Promise<void> {
    try {
      await api.signOut()
      leave()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
    }
  }

  return { leave, signOut }
}
