// How those who still work on an exchange learn that there is nobody left to answer.

/**
 * The connection or the stream of an exchange is gone: reset, closed, or given up after a deadline. The reason of `signal`, and what
 * reading content and writing to a stream are rejected with. No fault of the program's: nobody is left to be answered.
 */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost'
}
