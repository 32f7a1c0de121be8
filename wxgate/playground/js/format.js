// Numbers and secrets as the page shows them.

/** A duration in microseconds: `840 µs`, `12.4 ms`, `2.01 s`. */
export function duration(us) {
  if (us < 1000) return `${Math.round(us)} µs`
  if (us < 100_000) return `${(us / 1000).toFixed(1)} ms`
  if (us < 1_000_000) return `${Math.round(us / 1000)} ms`
  return `${(us / 1_000_000).toFixed(2)} s`
}

/** Time left, from milliseconds: `19:42`; `0:00` when it is over. */
export function clock(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Hours, minutes and seconds of a time in milliseconds since 1970. */
export function timeOfDay(ms) {
  return new Date(ms).toTimeString().slice(0, 8)
}

/** A token, so that two can be told apart and none can be used. */
export function masked(token) {
  return `${token.slice(0, 12)}…${token.slice(-4)}`
}

/** A phone number as Chinese apps show it. */
export function maskedPhone(number) {
  return number.replace(/^(\d{3})\d+(\d{4})$/, '$1 **** $2')
}
