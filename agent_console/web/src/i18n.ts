/** Language of the page: Chinese unless the operator chose English; remembered in the browser. */
import { createI18n } from 'vue-i18n'
import { Problem, speak } from './api'
import { en } from './locales/en'
import { zh } from './locales/zh'

export type Language = 'zh-CN' | 'en'
const KEY = 'hotline.language'

export const i18n = createI18n({
  legacy: false,
  locale: localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
})

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEY, language)
  apply()
}

export function apply(): void {
  document.documentElement.lang = i18n.global.locale.value
  speak(i18n.global.locale.value)
}

/** A sentence for a person: the server's own where it gave one. */
export function problemText(problem: Problem): string {
  const { t } = i18n.global
  if (problem.kind !== 'refused') return t(`problem.${problem.kind}`)
  const detail = problem.detail || t('problem.unknown', { status: problem.status })
  // The detail usually names the seconds already.
  return problem.retryAfter !== null && !/\d/.test(detail)
    ? `${detail} ${t('problem.retryAfter', { seconds: problem.retryAfter })}`
    : detail
}
