/** The course of a call in words, moment by moment. */
import { phoneNumber } from './format'
import { i18n } from './i18n'
import type { Moment } from './model'

/** Whose login, or which queue's name it is; what is neither stays as it is. */
export type NameOf = (word: string) => string

/** Kinds whose second word is no name: how it ended, or how a supervisor was there. With the list of its words. */
const WORDS: Readonly<Record<string, string>> = {
  ring_ended: 'moments.result', party_ended: 'moments.result', watched: 'supervisor.talks', watch_over: 'supervisor.talks',
}
/** Kinds that name as many as there are. */
const MANY: readonly string[] = ['offered']

/** Null for a kind that this page has no words for: what a newer server tells is not shown in its own. */
export function momentTold({ kind, detail }: Moment, nameOf: NameOf): string | null {
  const { t, te } = i18n.global
  if (!te(`moments.kind.${kind}`)) return null
  const words = detail.split(' ').filter(Boolean)
  const name = (word: string) => phoneNumber(nameOf(word))
  const [first = '', second = ''] = MANY.includes(kind) ? [words.map(name).join(t('admin.and'))] : words
  const list = WORDS[kind]
  const b = list === undefined ? name(second) : te(`${list}.${second}`) ? t(`${list}.${second}`) : ''
  return t(`moments.kind.${kind}`, { a: MANY.includes(kind) ? first : name(first), b }).trim()
}
