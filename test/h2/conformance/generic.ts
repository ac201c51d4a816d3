// What any server does, by the sections of h2spec's own.
import {
  data,
  fieldBlock,
  goaway,
  ping,
  preface,
  priority,
  rstStream,
  settings,
  windowUpdate,
} from '../../support/h2-frames.ts'
import {
  acknowledged,
  answer,
  type Case,
  closed,
  content,
  cut,
  ended,
  type Known,
  NAMED,
  old,
  open,
  pong,
  whole,
  window,
  withBytes,
} from './steps.ts'

const LITERALS: readonly (readonly [name: string, block: string])[] = [
  ['indexed field', 'ba'],
  ['literal with incremental indexing, its name in Huffman code', '40 87 b505b161cc5a93 84 9c48aca4'],
  ['literal with incremental indexing, its name as it is', '40 0a 757365722d6167656e74 06 683273706563'],
  ['literal with incremental indexing, a new name', '40 06 782d74657374 06 683273706563'],
  ['literal with incremental indexing, a new name in Huffman code', '40 85 f2b24a84ff 84 9c48aca4'],
  ['literal without indexing, its name as it is', '00 0a 757365722d6167656e74 06 683273706563'],
  ['literal without indexing, its name in Huffman code', '00 87 b505b161cc5a93 84 9c48aca4'],
  ['literal without indexing, a new name', '00 06 782d74657374 06 683273706563'],
  ['literal without indexing, a new name in Huffman code', '00 85 f2b24a84ff 84 9c48aca4'],
  ['literal never indexed, its name as it is', '10 0a 757365722d6167656e74 06 683273706563'],
  ['literal never indexed, its name in Huffman code', '10 87 b505b161cc5a93 84 9c48aca4'],
  ['literal never indexed, a new name', '10 85 f2b24a84ff 84 9c48aca4'],
  ['literal never indexed, a new name in Huffman code', '10 85 f2b24a84ff 84 9c48aca4'],
]

export const GENERIC: readonly Case[] = [
  {
    id: 'generic/1/1',
    name: 'the first frame is SETTINGS',
    greets: false,
    steps: () => [preface, window(65535), { come: 'first', type: 'SETTINGS' }],
  },
  { id: 'generic/2/1', name: 'PRIORITY on an idle stream', steps: () => [priority(1, old), ping(), pong()] },
  {
    id: 'generic/2/2',
    name: 'WINDOW_UPDATE on a half-closed stream',
    steps: ({ get }) => [window(0), whole(get()), windowUpdate(1, 1), content()],
  },
  {
    id: 'generic/2/3',
    name: 'PRIORITY on a half-closed stream',
    steps: ({ get }) => [window(0), whole(get()), priority(1, old), windowUpdate(1, 1), content()],
  },
  {
    id: 'generic/2/4',
    name: 'RST_STREAM on a half-closed stream',
    steps: ({ get }) => [whole(get()), rstStream(1), ping(), pong()],
  },
  {
    id: 'generic/2/5',
    name: 'PRIORITY on a closed stream',
    steps: ({ get }) => [whole(get()), ended(), priority(1, old), ping(), pong()],
  },
  {
    id: 'generic/3.1/1',
    name: 'DATA',
    steps: ({ as }) => [open(as('POST')), data(1, 'test', { endStream: true }), answer()],
  },
  {
    id: 'generic/3.1/2',
    name: 'DATA twice',
    steps: ({ as }) => [open(as('POST')), data(1, 'test'), data(1, 'test', { endStream: true }), answer()],
  },
  {
    id: 'generic/3.1/3',
    name: 'DATA with padding',
    steps: ({ as }) => [open(as('POST')), data(1, 'test', { endStream: true, padding: 6 }), answer()],
  },
  { id: 'generic/3.2/1', name: 'HEADERS', steps: ({ get }) => [whole(get()), answer()] },
  { id: 'generic/3.2/2', name: 'HEADERS with padding', steps: ({ get }) => [whole(get(), { padding: 8 }), answer()] },
  {
    id: 'generic/3.2/3',
    name: 'HEADERS with old priorities',
    steps: ({ get }) => [whole(get(), { priority: old }), answer()],
  },
  {
    id: 'generic/3.3/1',
    name: 'PRIORITY with weight 1',
    steps: ({ get }) => [priority(1, { dependency: 0, weight: 0 }), whole(get()), answer()],
  },
  {
    id: 'generic/3.3/2',
    name: 'PRIORITY with weight 256',
    steps: ({ get }) => [priority(1, old), whole(get()), answer()],
  },
  {
    id: 'generic/3.3/3',
    name: 'PRIORITY of a later stream that depends on an idle one',
    steps: ({ get }) => [priority(3, { dependency: 1, weight: 0 }), whole(get()), answer()],
  },
  {
    id: 'generic/3.3/4',
    name: 'PRIORITY that is exclusive',
    steps: ({ get }) => [priority(1, { dependency: 0, weight: 0, exclusive: true }), whole(get()), answer()],
  },
  {
    id: 'generic/3.3/5',
    name: 'PRIORITY of an idle stream does not close lower ones',
    steps: ({ get }) => [priority(3, old), whole(get()), answer()],
  },
  {
    id: 'generic/3.4/1',
    name: 'RST_STREAM',
    steps: ({ get }) => [open(get()), rstStream(1), ping(), pong()],
  },
  {
    id: 'generic/3.5/1',
    name: 'SETTINGS with all settings',
    steps: () => [
      settings({
        HEADER_TABLE_SIZE: 4096,
        ENABLE_PUSH: 1,
        MAX_CONCURRENT_STREAMS: 100,
        INITIAL_WINDOW_SIZE: 65535,
        MAX_FRAME_SIZE: 16384,
        MAX_HEADER_LIST_SIZE: 100,
      }),
      acknowledged,
    ],
  },
  { id: 'generic/3.7/1', name: 'PING', steps: () => [ping(NAMED), pong(NAMED)] },
  { id: 'generic/3.8/1', name: 'GOAWAY', steps: () => [goaway(0, 'NO_ERROR', Buffer.from('h2spec')), closed] },
  { id: 'generic/3.9/1', name: 'WINDOW_UPDATE of the connection', steps: () => [windowUpdate(0, 1), ping(), pong()] },
  {
    id: 'generic/3.9/2',
    name: 'WINDOW_UPDATE of a stream',
    steps: ({ get }) => [whole(get()), windowUpdate(1, 1), answer()],
  },
  {
    id: 'generic/3.10/1',
    name: 'CONTINUATION',
    steps: ({ get }) => [...cut(fieldBlock(get()), [5]), answer()],
  },
  {
    id: 'generic/3.10/2',
    name: 'CONTINUATION twice',
    steps: ({ get }) => [...cut(fieldBlock(get()), [5, 10]), answer()],
  },
  { id: 'generic/4/1', name: 'GET', steps: ({ get }) => [whole(get()), answer()] },
  { id: 'generic/4/2', name: 'HEAD', steps: ({ as }) => [whole(as('HEAD')), answer()] },
  {
    id: 'generic/4/3',
    name: 'POST',
    steps: ({ as }) => [open(as('POST')), data(1, 'test', { endStream: true }), answer()],
  },
  {
    id: 'generic/4/4',
    name: 'POST with trailers',
    steps: ({ as }) => [open(as('POST', ['trailer', 'x-test'])), data(1, 'test'), whole([['x-test', 'ok']]), answer()],
  },
  ...LITERALS.map(([name, block], i) => ({
    id: `generic/5/${i + 1}`,
    name,
    steps: ({ get }: Known) => [withBytes(get(), block), answer()],
  })),
  {
    id: 'generic/5/14',
    name: 'a size update of the dynamic table',
    steps: ({ get }) => [withBytes(get(), '', '20'), answer()],
  },
  {
    id: 'generic/5/15',
    name: 'two size updates of the dynamic table',
    steps: ({ get }) => [withBytes(get(), '', '20 3fe11f'), answer()],
  },
]
