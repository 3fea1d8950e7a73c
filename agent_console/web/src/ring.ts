/** A soft two-note chime while a call rings, made by the browser. */

const NOTES = [659.25, 523.25]
const NOTE_SPACING_S = 0.28
const EVERY_MS = 2_600
const LOUDNESS = 0.16

export class Ring {
  private context: AudioContext | null = null
  private timer: ReturnType<typeof setInterval> | undefined

  /** Browsers keep sound silent until the first gesture on the page. */
  wake(): void {
    this.context ??= new AudioContext()
    if (this.context.state === 'suspended') void this.context.resume()
  }

  start(): void {
    if (this.timer !== undefined) return
    this.wake()
    this.chime()
    this.timer = setInterval(() => this.chime(), EVERY_MS)
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  close(): void {
    this.stop()
    void this.context?.close()
    this.context = null
  }

  private chime(): void {
    const context = this.context
    if (context?.state !== 'running') return
    for (const round of [0, 1]) {
      NOTES.forEach((frequency, index) => {
        this.note(context, frequency, context.currentTime + (round * NOTES.length + index) * NOTE_SPACING_S)
      })
    }
  }

  private note(context: AudioContext, frequency: number, at: number): void {
    const tone = context.createOscillator()
    const gain = context.createGain()
    tone.type = 'sine'
    tone.frequency.value = frequency
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02)
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.7)
    tone.connect(gain).connect(context.destination)
    tone.start(at)
    tone.stop(at + 0.75)
  }
}
