/** Queues, incidents that callers are told of, and the list of nuisance callers. */
import type { Mark } from './call'
import type { Page } from './page'

export interface Queue {
  name: string
  title: string
  waiting: number
  longest_since: string | null
  signed_in: number
  ready: number
  talking: number
}

/** Half of an incident notice: an area or a kind of incident. */
export interface Spoken {
  key: string
  title: string
  text: string
  area: string
}

export interface Incidents {
  areas: Spoken[]
  kinds: Spoken[]
}

/** An incident that callers are told of now. */
export interface Notice {
  id: string
  text: string
  area: string
  case: string
  since: string
  until: string
  by: string
  /** How many callers are attached to its case. */
  joined: number
}

export interface NoticeInput {
  /** Made here: what is sent twice is published once. */
  id: string
  incident: string
  area: string
  minutes: number
  case: string | null
}

export interface ListedMark extends Mark {
  number: string
  until: string | null
  by: string
  at: string
}

/** `more`: how many there are beside. */
export interface ListedMarks extends Page<ListedMark> {
  more: number
}
