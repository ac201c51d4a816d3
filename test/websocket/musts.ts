// What RFC 6455, RFC 7692 and RFC 8441 ask of what goes over the wire, in our words: each has a vector that keeps it and one that breaks it.
// Vectors name them as `section: gist`.

/** What is asked, by RFC and section. */
export const MUSTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'RFC 6455': {
    '4.1': [
      'a handshake is answered with 101',
      'the answer names websocket in Upgrade',
      'the answer names Upgrade in Connection',
      'the answer has the Sec-WebSocket-Accept that belongs to the key',
      'the answer has no extension that was not asked for',
      'the answer has no subprotocol that was not asked for',
    ],
    '4.2.1': [
      'a handshake is a GET request',
      'a handshake is HTTP/1.1 or later',
      'a handshake has a Host',
      'a handshake names websocket in Upgrade, in any case',
      'a handshake names Upgrade in Connection, in any case',
      'a handshake has a Sec-WebSocket-Key of 16 bytes in base64',
      'a handshake has the Sec-WebSocket-Version 13',
    ],
    '4.2.2': [
      'Sec-WebSocket-Accept is made of the key',
      'a subprotocol is chosen only among those offered',
      'an extension is agreed on only if it was offered',
    ],
    '4.4': ['another version is answered with 426 and those that are understood'],
    '5.1': ['a client masks its frames', 'a server does not mask its frames'],
    '5.2': [
      'RSV1 is 0 unless an extension says what it means',
      'RSV2 and RSV3 are 0',
      'the opcode of data is 0, 1 or 2',
      'the opcode of control is 8, 9 or 10',
      'a length is written in the fewest bytes',
      'the highest bit of a length of 64 bits is 0',
    ],
    '5.3': [
      'each byte is combined with that of the key which is four places on',
      'each frame of a client has a new key',
    ],
    '5.4': [
      'a message may come in fragments, which are put together in order',
      'a fragmented message begins with a frame that is no continuation',
      'the fragments of one message do not mix with those of another',
      'control frames may come between the fragments of a message',
      'control frames are not fragmented themselves',
    ],
    '5.5': ['a control frame has a payload of 125 bytes at most', 'a control frame has FIN'],
    '5.5.1': [
      'a close frame is empty or begins with a code of two bytes',
      'the reason of a close frame is UTF-8',
      'a close frame is answered with one',
      'nothing is sent behind a close frame',
      'nothing is read behind a close frame',
    ],
    '5.5.2': ['a ping is answered with a pong, unless a close frame has come'],
    '5.5.3': ['a pong has the payload of its ping', 'a pong that nobody asked for is not answered'],
    '5.6': ['text is UTF-8', 'binary data are any bytes'],
    '7.1.1': ['the server closes the connection first, once both close frames have gone'],
    '7.1.5': ['without a code it is 1005, without a close frame 1006'],
    '7.1.7': ['a failed connection says so in a close frame, and reads no more'],
    '7.4.1': ['1004, 1005, 1006 and 1015 are never in a close frame'],
    '7.4.2': ['a code is one of those that are defined, or of 3000 to 4999'],
    '8.1': [
      'what is not UTF-8 fails the connection',
      'a character may be cut by a fragment, not by the end of its message',
    ],
    '9.1': ['the extensions of a handshake are a list of tokens with parameters'],
    '10.2': ['a page of another origin is refused, unless it may connect'],
    '10.4': ['messages have a largest size'],
    '11.3.1': ['Sec-WebSocket-Key comes once'],
    '11.3.2': ['Sec-WebSocket-Extensions may be cut into several fields'],
    '11.3.4': ['subprotocols are tokens, each once, in one field or several'],
    '11.3.5': ['Sec-WebSocket-Version comes once'],
  },
  'RFC 7692': {
    '5': ['an offer that cannot be taken is declined, and the next one tried'],
    '5.1': ['an answer that does not fit the offer fails the handshake'],
    '6': ['RSV1 is in the first frame of a message alone', 'control frames are not compressed'],
    '6.2': ['a message may be sent uncompressed all the same'],
    '7.1': ['a parameter comes once', 'parameters that are not defined decline the offer'],
    '7.1.1.1': ['server_no_context_takeover has no value', 'the server takes no context over where that was agreed on'],
    '7.1.1.2': ['client_no_context_takeover has no value', 'the client takes no context over where that was agreed on'],
    '7.1.2.1': [
      'server_max_window_bits has a value from 8 to 15 without leading zeros',
      'the window of the answer is not larger than that of the offer',
    ],
    '7.1.2.2': [
      'client_max_window_bits has a value from 8 to 15 without leading zeros, or none in an offer',
      'client_max_window_bits is answered only where it was offered',
    ],
    '7.2.1': ['a compressed message ends without the last four bytes of an empty block'],
    '7.2.2': [
      'what is compressed is DEFLATE data',
      'text is UTF-8 once it has been inflated',
      'a message has its largest size once it has been inflated',
    ],
    '7.2.3': ['a message may use any blocks, and those that end a stream too'],
  },
  'RFC 8441': {
    '3': ['the server says that it takes extended CONNECT'],
    '4': ['an extended CONNECT has a scheme and a path', 'a protocol is for CONNECT alone'],
    '5': [
      'the protocol is websocket',
      'a handshake is answered with 200',
      'there is neither a key nor an accept',
      'Sec-WebSocket-Version is 13 here too',
      'the end of the connection is END_STREAM',
      'a connection that is broken off is a stream that is reset',
    ],
  },
}

/** All of them, as vectors name them. */
export function allMusts(): string[] {
  return Object.entries(MUSTS).flatMap(([rfc, sections]) =>
    Object.entries(sections).flatMap(([section, gists]) => gists.map(gist => `${rfc} section ${section}: ${gist}`)),
  )
}

/** What only the side that is tried can break, so that nobody can show it broken: it is kept, whatever a peer does. */
export const OURS: readonly string[] = [
  'RFC 6455 section 5.3: each frame of a client has a new key',
  'RFC 6455 section 5.5.3: a pong has the payload of its ping',
  'RFC 7692 section 7.1.2.2: client_max_window_bits is answered only where it was offered',
  // A client's view of it is shown in `test/vectors/h2/settings.md`.
  'RFC 8441 section 3: the server says that it takes extended CONNECT',
]
