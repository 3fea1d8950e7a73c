/** When a list is asked for anew: a moment after a change, and later where it could not be read. */
const SETTLE_MS = 300
const AGAIN_MS = 10_000

/** `load` asks at once, and calls `again` where it could not read. */
export function createAsking(load: () => Promise<void>) {
  let timer: ReturnType<typeof setTimeout> | undefined
  /** It is asked for in a moment anyhow. */
  let soon = false
  let stopped = false

  function ask(ms: number): void {
    clearTimeout(timer)
    if (stopped) return
    timer = setTimeout(() => {
      soon = false
      void load()
    }, ms)
  }

  return {
    /** Several changes in a moment make one request. */
    refresh: () => {
      soon = true
      ask(SETTLE_MS)
    },
    again: () => {
      if (!soon) ask(AGAIN_MS)
    },
    stopped: () => stopped,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
