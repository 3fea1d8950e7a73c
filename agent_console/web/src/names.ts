/** Whose login it is. A page knows itself alone, and asks for all when a name is wanted. */
import { shallowRef } from 'vue'
import { api, Problem } from './api'

export function createNames() {
  const known = shallowRef<ReadonlyMap<string, string>>(new Map())
  let asking = false

  async function ask(): Promise<void> {
    asking = true
    try {
      const { items } = await api.colleagues()
      known.value = new Map(items.map((one) => [one.login, one.name]))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      // Then logins are shown, and it is asked again for the next.
    } finally {
      asking = false
    }
  }

  return {
    /** To be called before a name is shown: what is not known yet is known in a moment. */
    want: (login: string): void => {
      if (!known.value.has(login) && !asking) void ask()
    },
    of: (login: string): string => known.value.get(login) ?? login,
  }
}
