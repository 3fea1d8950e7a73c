/** 就绪, pressed before the phone is up: the press is remembered, and told to the server when it can be taken. */
import { ref, watch, type ShallowRef } from 'vue'
import { api, Problem } from './api'
import type { Account } from './model'
import type { State } from './state'

const RETRY_MS = 700
/** Asterisk's news of our registration reaches the server a moment after us. */
const TRIES = 12
/** What a front says while the server behind it starts anew. */
const AWAY: readonly number[] = [0, 502, 504]

export function createReadiness(account: Account, state: Readonly<ShallowRef<State>>, problem: ShallowRef<Problem | null>) {
  const wanted = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Presses are numbered: what comes of one that was taken back, or pressed again, is nobody's news. */
  let pressed = 0
  /** The press of which the server has been asked and has not answered; 0 for none. */
  let asked = 0

  /** With the server or the telephone away there is nothing to ask: the page says so, and when they are back it goes on. */
  function there(): boolean {
    const { link, phone, telephony } = state.value
    return link === 'open' && telephony && ['registered', 'desk'].includes(phone)
  }

  function later(triesLeft: number): void {
    timer = setTimeout(() => void be(triesLeft), RETRY_MS)
  }

  async function be(triesLeft: number): Promise<void> {
    clearTimeout(timer)
    if (!wanted.value || asked === pressed || !there()) return
    if (!state.value.operator?.phone && triesLeft > 0) {
      later(triesLeft - 1)
      return
    }
    const mine = asked = pressed
    try {
      await api.presence(account.login, 'ready')
      if (mine === pressed) wanted.value = false
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine !== pressed) return
      asked = 0
      if (AWAY.includes(error.status)) {
        later(triesLeft)
      } else {
        wanted.value = false
        problem.value = error
      }
    }
  }

  /** Whether the server was not asked for it. */
  function forget(): boolean {
    const untold = asked !== pressed
    pressed += 1
    wanted.value = false
    clearTimeout(timer)
    return untold
  }

  const stop = watch([there, () => state.value.operator?.phone], () => void be(TRIES))

  return {
    wanted,

    want: () => {
      pressed += 1
      wanted.value = true
      problem.value = null
      return be(TRIES)
    },

    forget,

    stop: () => {
      stop()
      forget()
    },
  }
}
