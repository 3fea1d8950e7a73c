/** Working time as the server knows it: kinds of day, which queues are open, what nobody has decreed yet. */
import { computed, ref } from 'vue'
import { when } from './format'
import { i18n } from './i18n'

export const DAY_KINDS = ['workday', 'restday', 'holiday'] as const
export type DayKind = (typeof DAY_KINDS)[number]
/** What a special day says on which nobody is there. */
const CLOSED = 'closed'

export interface Day {
  date: string
  kind: DayKind
  source: 'own' | 'notice' | 'law' | 'week'
  title: string
  hours: string[]
}

/** What somebody should see to. `pressing`: hours are wrong now, not only some day. */
export interface Remark {
  zh: string
  en: string
  cure_zh: string
  cure_en: string
  pressing: boolean
}

/** `turns_at`: when it closes if it is open, or opens. */
export interface Opening {
  open: boolean
  turns_at: string | null
}

export interface QueueOpening extends Opening {
  name: string
  title: string
  hours: string[]
}

export interface Calendar {
  today: Day
  days: Day[]
  remarks: Remark[]
  queues: QueueOpening[]
}

const chinese = (): boolean => i18n.global.locale.value === 'zh-CN'

export function remarkText(remark: Remark): string {
  return chinese() ? remark.zh : remark.en
}

export function cureText(remark: Remark): string {
  return chinese() ? remark.cure_zh : remark.cure_en
}

/** Remarks on one page: what was read once need not stand there all day. */
export function createReading(remarks: () => readonly Remark[]) {
  const read = ref<string[]>([])
  return {
    unread: computed(() => remarks().filter((one) => !read.value.includes(one.zh))),
    noted: (one: Remark) => void read.value.push(one.zh),
  }
}

/** "服务中，17:30 结束". */
export function openingText(opening: Opening, now: number): string {
  const { t } = i18n.global
  const state = t(opening.open ? 'calendar.open' : 'calendar.closed')
  if (opening.turns_at === null) return opening.open ? t('calendar.openAlways') : t('calendar.closedLong')
  return `${state}${t('calendar.comma')}${t(opening.open ? 'calendar.closesAt' : 'calendar.opensAt', { time: when(opening.turns_at, now) })}`
}

/** The hours of a special day. */
export function dayHours(hours: readonly string[]): string {
  const { t } = i18n.global
  if (hours.length === 0) return t('calendar.byRules')
  return hours.length === 1 && hours[0]?.trim().toLowerCase() === CLOSED ? t('calendar.closedDay') : hours.join(t('admin.and'))
}

/** "周四" of "2026-10-01"; a date has no time zone. */
export function weekday(date: string): string {
  const at = new Date(`${date}T00:00:00Z`)
  return Number.isNaN(at.getTime()) ? '' : new Intl.DateTimeFormat(i18n.global.locale.value, { weekday: 'short', timeZone: 'UTC' }).format(at)
}
