/** What was typed of an attempt to call back, in the browser at every keystroke until it is noted. */
type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export class Notes {
  /** What the browser did not store. */
  private readonly kept = new Map<string, string>()

  constructor(private readonly shelf: Shelf, private readonly login: string) {}

  get(number: string): string {
    return this.kept.get(number) ?? this.shelf.getItem(this.key(number)) ?? ''
  }

  put(number: string, note: string): void {
    try {
      if (note === '') this.shelf.removeItem(this.key(number))
      else this.shelf.setItem(this.key(number), note)
      this.kept.delete(number)
    } catch {
      // It lives as long as the page.
      this.kept.set(number, note)
    }
  }

  private key(number: string): string {
    return `hotline.note.${this.login}.${number}`
  }
}
