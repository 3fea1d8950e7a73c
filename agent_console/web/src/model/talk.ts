/** A talk: the citizen, the operator who has him (the holder), and a second party who is rung, asked or joined. */

/** `together`: citizen and holder. In `held`, `calling` and `consulting` the citizen hears music. */
export type TalkState = 'together' | 'held' | 'calling' | 'consulting' | 'three'

/** `name`: a login or a number. `join`: he comes to citizen and holder as soon as he answers. */
export interface Party {
  kind: 'operator' | 'number'
  name: string
  title: string
  since: string
  answered_at: string | null
  join: boolean
}

/** Only of a call that is in a talk. `held_s`: how long the citizen has heard music in it. */
export interface CallTalk {
  state: TalkState
  since: string
  held_s: number
  party: Party | null
}

/** Why nobody has the citizen who was given to a number outside: he waits in his queue again. `hung_up`: as he was left to it. */
export interface ForwardFailed {
  call: string
  caller: string
  queue: string
  number: string
  title: string
  reason: 'busy' | 'not_answered' | 'unreachable' | 'hung_up'
}

/** Why the party is not there (any more): holder and citizen are together again. */
export interface PartyEnded {
  call: string
  name: string
  title: string
  reason: 'busy' | 'not_answered' | 'refused' | 'unreachable' | 'hung_up' | 'cancelled' | 'failed'
}
