/** Who talked when in a recording, as marks on its bar. It is written only while the citizen is spoken with. */
import type { Segment } from './model'

/** A break shorter than this is the moment of a change from one bridge to the next. */
const NOTHING_S = 1

/** Parts of the bar from 0 to 1. `gap_s`: how long the citizen heard music before this segment; 0 for none. */
export interface Stretch {
  segment: Segment
  left: number
  width: number
  gap_s: number
}

/** In the order in which they were spoken; none where one operator had the whole talk. `seconds`: of the recording. */
export function stretches(segments: readonly Segment[], seconds: number): Stretch[] {
  const whole = Math.max(seconds, ...segments.map((one) => one.begins_s + one.seconds))
  if (segments.length < 2 || whole <= 0) return []
  return segments.map((segment, index) => {
    const before = segments[index - 1]
    const pause = before ? (Date.parse(segment.at) - Date.parse(before.at)) / 1000 - before.seconds : 0
    return { segment, left: segment.begins_s / whole, width: segment.seconds / whole, gap_s: pause >= NOTHING_S ? pause : 0 }
  })
}

/** Where in the recording a click on a segment leads, `part` of its width from its left. */
export function secondAt({ begins_s, seconds }: Segment, part: number): number {
  return begins_s + seconds * Math.min(1, Math.max(0, part))
}
