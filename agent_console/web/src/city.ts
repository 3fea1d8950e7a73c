/** What anybody may know of this hotline, asked once for each opening of the page. */
import { api } from './api'
import type { City } from './model'

let known: City | null = null

/** Null while the server does not answer: ask again later. */
export async function city(): Promise<City | null> {
  known ??= await api.city().catch(() => null)
  return known
}
