/** Texts to citizens. */
import type { Page } from './page'

export const TEXT_STATES = ['waiting', 'sending', 'sent', 'unknown', 'failed', 'suppressed'] as const
export type TextState = (typeof TEXT_STATES)[number]

/** A text to a citizen, and what became of it. */
export interface Text {
  id: string
  kind: 'message' | 'call_back' | 'case'
  subject: string
  caller: string
  at: string
  state: TextState
  reason: string
  /** What the provider said. */
  detail: string
  attempts: number
  words: string
  due_at: string
  handed_at: string | null
  settled_at: string | null
}

/** `sends`: whether there is an account by which texts can be sent. */
export interface Texts extends Page<Text> {
  sends: boolean
  counts: Record<TextState, number>
}

/** How a text of these words would be. */
export interface Preview {
  words: string
  characters: number
  alphabet: string
  segments: number
  segments_max: number
  errors: string[]
}
