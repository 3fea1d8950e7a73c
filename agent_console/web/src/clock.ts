/** The running second, corrected to the server's clock. */
import { ref, type Ref } from 'vue'

const TICK_MS = 250

export interface Clock {
  now: Ref<number>
  setSkew: (skew: number) => void
  stop: () => void
}

export function startClock(): Clock {
  let skew = 0
  const now = ref(Date.now())
  const timer = setInterval(() => {
    // Whole seconds only: nothing on the page shows less, and nothing redraws in between.
    const second = Math.floor((Date.now() + skew) / 1000) * 1000
    if (second !== now.value) now.value = second
  }, TICK_MS)
  return {
    now,
    setSkew: (value) => {
      skew = value
    },
    stop: () => clearInterval(timer),
  }
}

export function secondsSince(time: string | null | undefined, now: number): number {
  return time ? Math.max(0, (now - Date.parse(time)) / 1000) : 0
}
