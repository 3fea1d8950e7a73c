/** Who works here, and what he does now. */

export type Role =
  | 'operator' | 'supervisor' | 'dispatcher' | 'followup'
  | 'department' | 'county' | 'leader' | 'admin'

export interface Account {
  login: string
  name: string
  role: Role
}

export type Presence = 'offline' | 'ready' | 'paused' | 'ringing' | 'talking' | 'wrap_up'

export interface Operator {
  login: string
  name: string
  queues: string[]
  skills: Record<string, number>
  /** Calls answered since he signed in. */
  taken: number
  state: Presence
  /** Null for who was never seen. */
  since: string | null
  phone: boolean
  call: string | null
  wrap_up_until: string | null
  pause_pending: boolean
  pause: 'own' | 'signed_in' | 'missed' | 'refused' | 'phone_lost' | 'page_lost' | null
  /** The reason of his pause, as the policy names it; empty for none in particular. */
  pause_kind: string
  pause_title: string
  overdue: boolean
  /** The reason for which a supervisor must agree. */
  asked: string | null
  asked_title: string
}

/** A reason for 小休. */
export interface PauseKind {
  name: string
  title: string
  limit_s: number
  approval: boolean
  at_once: number
}
