/** Words of a case that are the house's own, in the language of the page; what somebody wrote stays as he wrote it. */
import { i18n } from './i18n'
import type { CaseFields } from './model'

/** Where the case stands; a state that this page has no words for is told as it is. */
export function stateTold(state: string): string {
  const { t, te } = i18n.global
  return te(`caseState.${state}`) ? t(`caseState.${state}`) : state
}

/** What a field of a case holds; empty where it holds nothing. */
export function fieldTold(field: keyof CaseFields, item: CaseFields): string {
  const { t } = i18n.global
  if (item[field] === '') return ''
  return field === 'type' || field === 'urgency' ? t(`${field}.${item[field]}`) : item[field]
}
