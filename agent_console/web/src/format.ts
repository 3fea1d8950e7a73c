/** Times and numbers as people read them. */

/** 65 → "1:05", 3725 → "1:02:05". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${two(minutes)}:${two(whole % 60)}`
}

export function clockTime(time: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime())
    ? ''
    : date.toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false })
}

/** "18:30" of today, "11-22 18:30" of another day. */
export function when(time: string, now: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return ''
  const today = new Date(now).toDateString() === date.toDateString()
  if (today) return clockTime(time)
  const two = (value: number) => String(value).padStart(2, '0')
  const year = new Date(now).getFullYear() === date.getFullYear() ? '' : `${date.getFullYear()}-`
  return `${year}${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(time)}`
}

/** Groups a number for reading aloud: 139 0733 0001, 0733-2888 0001. */
export function phoneNumber(number: string): string {
  if (/^1\d{10}$/.test(number)) return `${number.slice(0, 3)} ${number.slice(3, 7)} ${number.slice(7)}`
  const fixed = /^(010|02\d|0[3-9]\d{2})(\d{3,4})(\d{4})$/.exec(number)
  return fixed ? `${fixed[1]}-${fixed[2]} ${fixed[3]}` : number
}
