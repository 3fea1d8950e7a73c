/** What a call that was asked for by itself tells beside what lists have of it. */
import { i18n } from './i18n'
import type { Call } from './model'

/** "菜单：traffic people", "回访：satisfaction 2". */
export function factsOf(call: Call): string[] {
  const { t } = i18n.global
  const answers = Object.entries(call.ratings ?? {}).map(([question, key]) => `${question} ${key}`)
  return [
    ...(call.menu_step ? [t('call.menu', { step: call.menu_step })] : []),
    ...(answers.length > 0 ? [t('call.ratings', { list: answers.join(t('admin.and')) })] : []),
  ]
}
