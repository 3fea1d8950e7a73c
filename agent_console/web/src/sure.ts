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
