/** Cases, as operators write them. */

export const CASE_TYPES = ['咨询', '求助', '投诉', '举报', '建议', '表扬', '其他'] as const
export const URGENCIES = ['一般', '急', '特急'] as const
export type CaseType = (typeof CASE_TYPES)[number]

export type Urgency = (typeof URGENCIES)[number]

/** What the operator writes. The type is empty until chosen: a preset would be saved unread. */
export interface CaseFields {
  type: CaseType | ''
  content: string
  place: string
  urgency: Urgency
  citizen_name: string
}

export interface Case extends CaseFields {
  number: string
  caller: string
  call: string | null
  operator: string
  state: string
  created_at: string
  updated_at: string
  version: number
}
