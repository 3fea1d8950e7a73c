/** Values of documents as a person reads them: in lists, in what changed, and where two changed the same. */
import { dayHours, DAY_KINDS, type DayKind } from './calendar'
import { stamp } from './format'
import { i18n } from './i18n'
import type { Need, Overflow } from './policy'

/** Fields that hold seconds since 1970 UTC. */
const TIMES: readonly string[] = ['since', 'until', 'at', 'taken_at']

/** What a field of a document of this kind holds. */
export function told(field: string, value: unknown): string {
  const { t } = i18n.global
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) return t('admin.none')
  if (typeof value === 'boolean') return t(value ? 'admin.yes' : 'admin.no')
  if (TIMES.includes(field)) return stamp(1000 * Number(value))
  if (field === 'answer_share') return `${Math.round(Number(value) * 10_000) / 100}%`
  if (typeof value === 'number') return field.endsWith('_s') ? `${value} ${t('admin.seconds')}` : String(value)
  if (field === 'strategy') return t(`admin.strategy.${value as string}`)
  if (field === 'kind') return t(`${DAY_KINDS.includes(value as DayKind) ? 'calendar.kind' : 'admin.mark'}.${value as string}`)
  if (field === 'hours') return dayHours(value as string[])
  if (field === 'needs') return (value as Need[]).map(need).join(t('admin.and'))
  if (field.startsWith('when_')) return way(value as Overflow)
  if (Array.isArray(value)) return value.map(String).join(t('admin.and'))
  if (typeof value === 'object') return pairs(value, field === 'open' ? (name) => fieldName('handovers', name) : String)
  return String(value)
}

/** The name of a field, as its form says it. */
export function fieldName(kind: string, field: string): string {
  const { t, te } = i18n.global
  if (kind === 'areas' && field === 'name') return t('admin.field.area')
  return te(`admin.field.${field}`) ? t(`admin.field.${field}`) : field
}

function pairs(value: object, nameOf: (name: string) => string): string {
  const { t } = i18n.global
  const each = Object.entries(value)
  return each.length === 0 ? t('admin.none') : each.map(([name, held]) => `${nameOf(name)} ${told(name, held)}`).join(t('admin.and'))
}

function need(one: Need): string {
  const { t } = i18n.global
  return `${one.skill}: ${one.steps.map((step) => t('admin.stepTold', { after: step.after_s, level: step.level })).join(', ')}`
}

function way(one: Overflow): string {
  const { t } = i18n.global
  return one.target ? `${t(`admin.overflow.${one.kind}`)} ${one.target}` : t(`admin.overflow.${one.kind}`)
}
