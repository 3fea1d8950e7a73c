/** Supervisors at the talks of others. */

/** How a supervisor is at a talk: heard by nobody, by its operator, or by both. */
export const MODES = ['listen', 'whisper', 'barge'] as const
export type Mode = (typeof MODES)[number]

/** A supervisor at a talk. `wanted`: the mode he asked for last; `take`: he takes over as soon as he answers. */
export interface Supervision {
  call: string
  supervisor: string
  name: string
  operator: string
  operator_name: string
  state: 'ringing' | 'on' | 'over'
  mode: Mode
  wanted: Mode
  take: boolean
  since: string | null
  end: 'asked' | 'hung_up' | 'talk_over' | 'given_away' | 'took' | 'busy' | 'not_answered' | 'unreachable' | 'lost' | null
}

/** Who may be heard by the operator himself; an empty mode: nobody any more. */
export interface Watched {
  call: string
  supervisor: string
  name: string
  mode: Mode | ''
}
