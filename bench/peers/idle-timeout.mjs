/** Seconds that a connection may be idle between two requests: nginx's default, given to all that have a shorter one of their own. */
export const IDLE_TIMEOUT = 75
