/** Values of documents as a person reads them: in lists, in what changed, and where two changed the same. */
import { dayHours, DAY_KINDS, type DayKind } from './calendar'
import { stamp } from './format'
import { i18n } from './i18n'
import { FIELDS, USUAL, type NodeKind } from './menus'
import { CONTACTS, differences, type Contact, type Need, type Overflow } from './policy'

/** Fields that hold seconds since 1970 UTC. */
const TIMES: readonly string[] = ['since', 'until', 'at', 'taken_at']

/** So much of a SHA-256 tells one from another. */
const SOUND_DIGITS = 8
/** Kinds whose documents are menus. */
const MENUS: readonly string[] = ['menus', 'drafts']

/** One thing in which two documents differ, in words. */
export interface Told {
  field: string
  name: string
  before: string
  after: string
}

/** What differs between two documents of a kind; where one is missing, all of the other. Of a menu node by node. */
export function differencesTold(kind: string, before: object | null, after: object | null): Told[] {
  const found = differences(before, after)
  if (!MENUS.includes(kind)) {
    return found.map((one) => ({ field: one.field, name: fieldName(kind, one.field), before: told(one.field, one.before), after: told(one.field, one.after) }))
  }
  const ofMenu = (field: string, value: unknown): string => (field === 'purpose' ? word('menus.purpose', value) : plain(value))
  const own = found.filter((one) => one.field !== 'nodes')
  return [
    ...own.map((one) => ({ field: one.field, name: fieldName(kind, one.field), before: ofMenu(one.field, one.before), after: ofMenu(one.field, one.after) })),
    ...nodesTold(nodesOf(before), nodesOf(after)),
  ]
}

/** What a field of a document holds. What is below it has names of its own: rules by the names of fields end here. */
export function told(field: string, value: unknown): string {
  const { t } = i18n.global
  if (nothing(value) || typeof value === 'boolean') return plain(value)
  if (TIMES.includes(field)) return stamp(1000 * Number(value))
  if (field === 'answer_share') return `${Math.round(Number(value) * 10_000) / 100}%`
  if (typeof value === 'number') return field.endsWith('_s') ? `${value} ${t('admin.seconds')}` : String(value)
  if (field === 'strategy') return t(`admin.strategy.${value as string}`)
  if (field === 'kind') return t(`${kindsOf(value)}.${value as string}`)
  if (field === 'sound') return String(value).slice(0, SOUND_DIGITS)
  if (field === 'voice') return word('prompts.voiceOf', value)
  if (field === 'hours') return dayHours(value as string[])
  if (field === 'needs') return (value as Need[]).map(need).join(t('admin.and'))
  if (field.startsWith('when_')) return way(value as Overflow)
  if (field === 'open') return pairs(value as object, (name) => fieldName('handovers', name))
  return plain(value)
}

/** The list of texts that has a word for this kind: each word is of one list alone. */
function kindsOf(value: unknown): string {
  if (DAY_KINDS.includes(value as DayKind)) return 'calendar.kind'
  return CONTACTS.includes(value as Contact['kind']) ? 'admin.contact' : 'admin.mark'
}

/** Documents of this kind, as the list of changes says it. */
export function kindName(kind: string): string {
  const { t } = i18n.global
  return kind === 'texts' ? t('admin.templates') : word('admin.tab', kind)
}

/** The name of a field, as its form says it. */
export function fieldName(kind: string, field: string): string {
  const { t, te } = i18n.global
  if (kind === 'areas' && field === 'name') return t('admin.field.area')
  if (MENUS.includes(kind) && field === 'start') return t('menus.begins')
  if (MENUS.includes(kind) && field === 'purpose') return t('menus.purposeLabel')
  return te(`admin.field.${field}`) ? t(`admin.field.${field}`) : field
}

function nothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** A value of which no name says what it is. */
function plain(value: unknown): string {
  const { t } = i18n.global
  if (nothing(value)) return t('admin.none')
  if (typeof value === 'boolean') return t(value ? 'admin.yes' : 'admin.no')
  if (Array.isArray(value)) return value.map(plain).join(t('admin.and'))
  return typeof value === 'object' ? pairs(value as object, String) : String(value)
}

function pairs(value: object, nameOf: (name: string) => string): string {
  const { t } = i18n.global
  const each = Object.entries(value)
  return each.length === 0 ? t('admin.none') : each.map(([name, held]) => `${nameOf(name)} ${plain(held)}`).join(t('admin.and'))
}

/** The word that a list of texts has for a value, the value itself where it has none. */
function word(list: string, value: unknown): string {
  const { t, te } = i18n.global
  return typeof value === 'string' && te(`${list}.${value}`) ? t(`${list}.${value}`) : plain(value)
}

function nodesOf(menu: object | null): Record<string, unknown> {
  const nodes = menu !== null && 'nodes' in menu ? menu.nodes : null
  return typeof nodes === 'object' && nodes !== null ? { ...nodes } : {}
}

/** Nodes that read otherwise than before, in the order of the newer menu. */
function nodesTold(was: Record<string, unknown>, is: Record<string, unknown>): Told[] {
  const { t } = i18n.global
  return [...new Set([...Object.keys(is), ...Object.keys(was)])]
    .map((name) => ({ field: `nodes.${name}`, name: t('menus.nodeOf', { name }), before: node(was[name]), after: node(is[name]) }))
    .filter((one) => one.before !== one.after)
}

/** "按键选择，按 3 → queue". A draft may hold anything: what no form knows is told as it is. */
function node(value: unknown): string {
  const { t } = i18n.global
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return plain(value)
  const { kind, ...held } = value as Record<string, unknown>
  const forms = new Map<string, string>(Object.hasOwn(FIELDS, String(kind)) ? FIELDS[kind as NodeKind] : [])
  const order = [...new Set([...forms.keys(), ...Object.keys(held)])]
  return [word('menus.kind', kind), ...order.flatMap((field) => nodeField(String(kind), field, forms.get(field), held[field]))].join(t('calendar.comma'))
}

/** What is usual, and what is left out, is not told. */
function nodeField(kind: string, field: string, form: string | undefined, value: unknown): string[] {
  const { t, te } = i18n.global
  if (nothing(value) || value === USUAL[field]) return []
  if (form === 'keys' && typeof value === 'object') return Object.entries(value as object).map(([key, to]) => t('menus.keyTold', { key, node: plain(to) }))
  const label = [`menus.field.${kind}.${field}`, `menus.field.${field}`].find((one) => te(one))
  const name = label ? t(label) : field
  if (value === true) return [name]
  if (form === 'node') return [`${name} → ${plain(value)}`]
  return [form === 'seconds' ? `${name} ${plain(value)} ${t('admin.seconds')}` : `${name} ${plain(value)}`]
}

function need(one: Need): string {
  const { t } = i18n.global
  return `${one.skill}: ${one.steps.map((step) => t('admin.stepTold', { after: step.after_s, level: step.level })).join(', ')}`
}

function way(one: Overflow): string {
  const { t } = i18n.global
  return one.target ? `${t(`admin.overflow.${one.kind}`)} ${one.target}` : t(`admin.overflow.${one.kind}`)
}
