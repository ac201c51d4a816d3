// How grave a record is.

export const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const

export type Level = (typeof LEVELS)[number]

/** Whether a record of that level is to be logged where `least` is the least grave that is. */
export function isLogged(level: Level, least: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least)
}
