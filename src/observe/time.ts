// Times as logs write them. The text of a second is made once: a busy log has thousands of lines in it.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2026-11-20 19:05:09`, local time. */
export const clockText = onceASecond(
  date =>
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
)

/** `20/Nov/2026:19:05:09 +0100`, local time, as Apache's `%t` has it between its brackets. */
export const apacheTime = onceASecond(date => {
  const day = `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}`
  return `${day}:${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone(date)}`
})

function zone(date: Date): string {
  const east = -date.getTimezoneOffset()
  const minutes = Math.abs(east)
  return `${east < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

function onceASecond(make: (date: Date) => string): (time: number) => string {
  let second = Number.NaN
  let text = ''
  return time => {
    const now = Math.floor(time / 1000)
    if (now !== second) {
      second = now
      text = make(new Date(time))
    }
    return text
  }
}
