// RFC 7541, as far as a server shows it.
import { type Case, connectionError, withBytes } from './steps.ts'

export const HPACK: readonly Case[] = [
  {
    id: 'hpack/2.3.3/1',
    name: 'an index beyond the tables',
    steps: ({ get }) => [withBytes(get(), 'fe'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/2.3.3/2',
    name: 'a literal whose name is beyond the tables',
    steps: ({ get }) => [withBytes(get(), '7f0700'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/4.2/1',
    name: 'a size update at the end',
    steps: ({ get }) => [withBytes(get(), '21'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/5.2/1',
    name: 'Huffman padding of more than seven bits',
    steps: ({ get }) => [withBytes(get(), '00 85 f2b24a84ff 84 49509fff'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/5.2/2',
    name: 'Huffman padding of zeros',
    steps: ({ get }) => [withBytes(get(), '00 85 f2b24a84ff 83 495090'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/5.2/3',
    name: 'the EOS symbol',
    steps: ({ get }) => [withBytes(get(), '00 85 f2b24a87ff ff fffd25427f'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/6.1/1',
    name: 'index 0',
    steps: ({ get }) => [withBytes(get(), '80'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/6.3/1',
    name: 'a size update above the setting',
    steps: ({ get }) => [withBytes(get(), '', '3fe21f'), connectionError('COMPRESSION_ERROR')],
  },
]
