/**
 * The sound of a prompt being edited: uploaded, spoken, or a former one; and whether its words are those that stand beside it.
 */
import { computed, shallowRef, type Ref } from 'vue'
import { api, Problem } from './api'
import type { Work } from './editor'
import type { Prompt, Sound } from './menus'
import type { PromptData, Stored } from './policy'
import { useSure } from './sure'

const PLACE = 'hotline.spoken'
/** So many sounds may wait on the shelf for being saved. */
const SPOKEN_MAX = 50
/** Words by the sounds that say them, of those that are not in force. An upload says what nobody here knows. */
const spoken = shallowRef<Record<string, string>>({})

/** A prompt as it is stored; one that is shipped as the city's own that is not there yet. */
export function asStored(one: Prompt): Stored<PromptData> {
  return one.stored ?? {
    key: one.name, version: 0, changed_at: '', changed_by: '', data: { name: one.name, text: one.text, sound: '', voice: one.voice },
  }
}

/** `prompt`: as callers hear it now, null for a new one. */
export function usePromptSound(prompt: () => Prompt | null, data: Ref<PromptData>, work: Work<PromptData>) {
  const made = shallowRef<Sound | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const busy = work.held
  spoken.value = spokenOf(localStorage.getItem(PLACE))
  const { sure, again } = useSure()
  /** A former one as it was loaded: as long as nothing is changed in it, nothing is lost with it. */
  let loaded = ''

  /** Not saved yet, perhaps from before the page was loaded anew. */
  const fresh = computed(() => data.value.sound !== '' && data.value.sound !== (prompt()?.stored?.data.sound ?? ''))
  /** What the sound says, as far as that is known. */
  const words = computed(() => (fresh.value ? spoken.value[data.value.sound] : prompt()?.text))
  const differs = computed(() => words.value !== undefined && words.value.trim() !== data.value.text.trim())

  async function make(deed: () => Promise<Sound>, by: string, text?: string): Promise<void> {
    if (busy.value) return
    busy.value = true
    problem.value = null
    try {
      const done = await deed()
      says(done.sound, text)
      made.value = done
      work.amend({ sound: done.sound, voice: by })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
    } finally {
      busy.value = false
    }
  }

  function says(sound: string, text?: string): void {
    const others = Object.entries(spokenOf(localStorage.getItem(PLACE))).filter(([one]) => one !== sound)
    spoken.value = Object.fromEntries((text === undefined ? others : [...others, [sound, text]]).slice(-SPOKEN_MAX)) as Record<string, string>
    try {
      localStorage.setItem(PLACE, JSON.stringify(spoken.value))
    } catch {
      // A full or forbidden shelf: known as long as the page.
    }
  }

  const upload = (file: File): Promise<void> => make(() => api.uploadSound(file), '')
  const speak = (voice: string, speed: number): Promise<void> => {
    const text = data.value.text
    return make(() => api.speakSound(text, voice, speed), voice, text)
  }

  /** A former one in place of what is here; asked twice where that loses changes. */
  function former(one: PromptData, revision: number): void {
    const stood = prompt()
    const now = JSON.stringify(data.value)
    const loses = (stood === null || now !== JSON.stringify({ ...data.value, ...asStored(stood).data })) && now !== loaded
    if (!again(`load/${revision}`, loses)) return
    made.value = null
    says(one.sound, one.text)
    data.value = { ...data.value, text: one.text, sound: one.sound, voice: one.voice }
    loaded = JSON.stringify(data.value)
  }

  return { made, problem, busy, fresh, differs, sure, upload, speak, former }
}

function spokenOf(text: string | null): Record<string, string> {
  try {
    return { ...(JSON.parse(text ?? '') as Record<string, string>) }
  } catch {
    return {}
  }
}
