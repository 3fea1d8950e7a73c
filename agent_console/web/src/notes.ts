/** What was typed of an attempt to call back, in the browser at every keystroke until it is noted. */
type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export class Notes {
  private readonly kept = new Map<string, string>()

  constructor(private readonly shelf: Shelf, private readonly login: string) {}

  get(number: string): string {
    return this.kept.get(number) ?? this.shelf.getItem(this.key(number)) ?? ''
  }

  put(number: string, note: string): void {
    this.kept.set(number, note)
    try {
      if (note === '') this.shelf.removeItem(this.key(number))
      else this.shelf.setItem(this.key(number), note)
    } catch {
      // The browser does not store it: it lives as long as the page.
    }
  }

  private key(number: string): string {
    return `hotline.note.${this.login}.${number}`
  }
}
