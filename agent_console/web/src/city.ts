/** What anybody may know of this hotline, asked once for each opening of the page. */
import { api } from './api'
import { keepTimeOf } from './format'
import type { City } from './model'

let known: City | null = null

/** Null while the server does not answer: ask again later. */
export async function city(): Promise<City | null> {
  known ??= await api.city().catch(() => null)
  if (known) keepTimeOf(known.timezone)
  return known
}
