/**
 * Who is signed in. The session itself is a cookie no script can read; a mark
 * in the browser only says whether asking for it is worth while.
 */
import { api, Problem } from './api'
import type { Account } from './model'

const MARK = 'hotline.signed_in'

export async function signIn(login: string, password: string): Promise<Account> {
  const { account } = await api.signIn(login, password)
  if (account.role === 'operator') localStorage.setItem(MARK, account.login)
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
