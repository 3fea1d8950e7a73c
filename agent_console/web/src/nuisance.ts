/** Marking a caller as nuisance: what is typed stays, whatever comes meanwhile, until it is sent or closed. */
import { ref, shallowRef } from 'vue'
import type { Call } from './model'

/** `send`: whether the server has taken it. */
export function createMarking(send: (call: string, note: string) => Promise<boolean>) {
  /** The call whose caller is being marked. */
  const open = shallowRef<Call | null>(null)
  const note = ref('')
  /** The call whose caller was marked last. */
  const marked = ref('')

  /** `call`: the one after whose talk he now writes. */
  function shows(call: Call | null): 'form' | 'opener' | 'marked' | null {
    if (open.value) return 'form'
    if (!call) return null
    if (marked.value === call.id) return 'marked'
    return call.caller !== '' && call.mark === null ? 'opener' : null
  }

  function begin(call: Call): void {
    open.value = call
    note.value = ''
  }

  async function mark(): Promise<void> {
    const call = open.value
    if (!call || !await send(call.id, note.value)) return
    marked.value = call.id
    if (open.value === call) close()  // he may be writing of the next one already
  }

  function close(): void {
    open.value = null
    note.value = ''
  }

  return { open, note, shows, begin, mark, close }
}
