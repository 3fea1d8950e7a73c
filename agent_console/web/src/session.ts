/**
 * Who is signed in. The session itself is a cookie no script can read; a mark
 * in the browser only says whether asking for it is worth while.
 */
import { api, Problem } from './api'
import type { Account, Role } from './model'

/** The page that each role works at; the others have none yet. */
export const PAGES: Partial<Record<Role, string>> = { operator: '/console', leader: '/console', supervisor: '/supervisor', admin: '/admin' }
/** Who takes calls: a leader at his seat does what an operator does. */
export const AT_A_SEAT: readonly Role[] = ['operator', 'leader']
/** Who may look at the whole floor, and change what these may change. */
export const WATCHERS: readonly Role[] = ['supervisor', 'admin']

const MARK = 'hotline.signed_in'

export async function signIn(login: string, password: string): Promise<Account> {
  const { account } = await api.signIn(login, password)
  if (PAGES[account.role]) localStorage.setItem(MARK, account.login)
  return account
}

export function maybeSignedIn(): boolean {
  return localStorage.getItem(MARK) !== null
}

/** Null when nobody is signed in; other failures are thrown. */
export async function currentAccount(): Promise<Account | null> {
  try {
    return (await api.session()).account
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      forget()
      return null
    }
    throw error
  }
}

export function forget(): void {
  localStorage.removeItem(MARK)
}
