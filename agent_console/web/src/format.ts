/** Times and numbers as people read them. */
import { shallowRef } from 'vue'

/** 65 → "1:05", 3725 → "1:02:05". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${two(minutes)}:${two(whole % 60)}`
}

function clockOf(timezone?: string): Intl.DateTimeFormat {
  const two = '2-digit'
  return new Intl.DateTimeFormat('en', {
    timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: two, day: two, hour: two, minute: two,
  })
}

/** The city's clock; until its time zone is known, that of the machine. */
const clock = shallowRef(clockOf())

/** Every PC shows the city's time, whatever its own is set to: the days of cases and figures are the city's. */
export function keepTimeOf(timezone: string): void {
  clock.value = clockOf(timezone)
}

function told(time: number): { year: string, day: string, hour: string } {
  const parts = Object.fromEntries(clock.value.formatToParts(time).map(({ type, value }) => [type, value]))
  return { year: parts.year ?? '', day: `${parts.month}-${parts.day}`, hour: `${parts.hour}:${parts.minute}` }
}

/** The city's day, "2026-11-23". */
export function day(time: number): string {
  const { year, day } = told(time)
  return `${year}-${day}`
}

export function clockTime(time: string): string {
  const at = Date.parse(time)
  return Number.isNaN(at) ? '' : told(at).hour
}

/** "18:30" of today, "11-22 18:30" of another day. */
export function when(time: string, now: number): string {
  const at = Date.parse(time)
  if (Number.isNaN(at)) return ''
  const then = told(at), today = told(now)
  if (then.year !== today.year) return `${then.year}-${then.day} ${then.hour}`
  return then.day === today.day ? then.hour : `${then.day} ${then.hour}`
}

/** "2026-11-23 18:30" in the city. */
export function stamp(time: string | number): string {
  const at = typeof time === 'number' ? time : Date.parse(time)
  if (Number.isNaN(at)) return ''
  const { year, day, hour } = told(at)
  return `${year}-${day} ${hour}`
}

/** The city's time as a field for date and time holds it, "2026-11-23T18:30". `seconds` since 1970 UTC. */
export function localTime(seconds: number): string {
  return stamp(1000 * seconds).replace(' ', 'T')
}

/** Seconds since 1970 UTC of a city's time "2026-11-23T18:30"; null for none. */
export function fromLocalTime(text: string): number | null {
  const wanted = Date.parse(`${text}Z`)
  if (Number.isNaN(wanted)) return null
  let at = wanted
  // The offset is that of the time which is looked for: twice, for the days on which it changes.
  for (let round = 0; round < 2; round += 1) at += wanted - Date.parse(`${localTime(at / 1000)}Z`)
  return at / 1000
}

/** Groups a number for reading aloud: 139 0733 0001, 0733-2888 0001. */
export function phoneNumber(number: string): string {
  if (/^1\d{10}$/.test(number)) return `${number.slice(0, 3)} ${number.slice(3, 7)} ${number.slice(7)}`
  const fixed = /^(010|02\d|0[3-9]\d{2})(\d{3,4})(\d{4})$/.exec(number)
  return fixed ? `${fixed[1]}-${fixed[2]} ${fixed[3]}` : number
}
