/** Deeds by which something is lost: said once they ask, said again they are done. */
import { ref, type Ref } from 'vue'

/** `sure`: the one that waits for its second word, empty for none. */
export function useSure(): { sure: Ref<string>; again: (what: string, loses?: boolean) => boolean } {
  const sure = ref('')

  /** Whether to do it now: it was asked for already, or nothing is lost by it. */
  function again(what: string, loses = true): boolean {
    const now = !loses || sure.value === what
    sure.value = now ? '' : what
    return now
  }

  return { sure, again }
}

/** A second press answers the question that the first has asked; sooner it is the other half of a double click. */
const AGAIN_MS = 700
/** How long a question stands before the press that asked it is forgotten. */
const ASKED_MS = 8_000

export interface Question {
  /** It was asked, and waits for the second press. */
  asked: Ref<boolean>
  /** Whether this press is the answer; if not, it asks. */
  answered: () => boolean
  drop: () => void
}

export function createQuestion(): Question {
  const asked = ref(false)
  let at = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function drop(): void {
    clearTimeout(timer)
    asked.value = false
  }

  return {
    asked,
    answered: () => {
      if (!asked.value) {
        asked.value = true
        at = Date.now()
        timer = setTimeout(drop, ASKED_MS)
        return false
      }
      if (Date.now() - at < AGAIN_MS) return false
      drop()
      return true
    },
    drop,
  }
}
