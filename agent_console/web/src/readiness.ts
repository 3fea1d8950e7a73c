/** 就绪, pressed before the phone is up: the press is remembered, and told to the server when it can be taken. */
import { ref, watch, type ShallowRef } from 'vue'
import { api, Problem } from './api'
import type { Account } from './model'
import type { State } from './state'

const RETRY_MS = 700
/** Asterisk's news of our registration reaches the server a moment after us. */
const TRIES = 12

export function createReadiness(account: Account, state: Readonly<ShallowRef<State>>, problem: ShallowRef<Problem | null>) {
  const wanted = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  async function be(triesLeft: number): Promise<void> {
    clearTimeout(timer)
    if (!wanted.value || !['registered', 'desk'].includes(state.value.phone)) return
    const later = () => {
      timer = setTimeout(() => void be(triesLeft - 1), RETRY_MS)
    }
    if (!state.value.operator?.phone && triesLeft > 0) {
      later()
      return
    }
    try {
      await api.presence(account.login, 'ready')
      wanted.value = false
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.status === 0 && triesLeft > 0) {
        later()
      } else {
        wanted.value = false
        problem.value = error
      }
    }
  }

  const stop = watch([() => state.value.phone, () => state.value.operator?.phone], () => void be(TRIES))

  return {
    wanted,

    want: () => {
      wanted.value = true
      problem.value = null
      return be(TRIES)
    },

    forget: () => {
      wanted.value = false
    },

    stop: () => {
      stop()
      clearTimeout(timer)
    },
  }
}
