/** Lists that come page by page. */

export interface Page<T> {
  items: T[]
  next: string | null
}
