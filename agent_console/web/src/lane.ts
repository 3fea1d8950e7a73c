/** One thing at a time: what is asked for meanwhile is refused, but a refresh is remembered and comes as soon as it can. */
export class Lane {
  private busy = false
  private owed = false

  constructor(private readonly refresh: () => Promise<void>, private readonly onBusy: (busy: boolean) => void) {}

  /** Null, with nothing done, where something else is under way. */
  async does<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.busy) return null
    this.show(true)
    try {
      return await work()
    } finally {
      this.show(false)
      if (this.owed) void this.refreshes()
    }
  }

  /** Now, or when what is under way is over: once, however often it was asked for. What is under way may be too old. */
  async refreshes(): Promise<void> {
    this.owed = this.busy
    await this.does(this.refresh)
  }

  private show(busy: boolean): void {
    this.busy = busy
    this.onBusy(busy)
  }
}
