import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { guidePrograms, isAsShown } from '../support/guides.ts'

const FENCE = '```'
const guide = (...lines: string[]): string => lines.join('\n').replaceAll('~~~', FENCE)

describe('what a guide shows', () => {
  test('is its programs, with the commands behind them and the lines they stand at', () => {
    const programs = guidePrograms(
      guide(
        '~~~console',
        '$ before any program',
        '~~~',
        '~~~ts',
        'a fragment',
        '~~~',
        '~~~ts',
        '// file: one.ts',
        'code',
        '~~~',
        'text',
        '~~~console',
        '$ curl \\',
        '  -d x',
        'printed',
        '$ next',
        '~~~',
        '~~~console',
        '$ last',
        '~~~',
      ),
    )
    assert.deepEqual(programs, [
      {
        file: 'one.ts',
        code: '// file: one.ts\ncode\n',
        line: 8,
        commands: [
          { command: 'curl \\\n  -d x', output: 'printed\n', line: 13 },
          { command: 'next', output: '', line: 16 },
          { command: 'last', output: '', line: 19 },
        ],
      },
    ])
  })

  test('has each file once', () => {
    const twice = guide('~~~ts', '// file: one.ts', '~~~', '~~~ts', '// file: one.ts', '~~~')
    assert.throws(() => guidePrograms(twice), /line 5: one.ts is there twice/)
  })
})

describe('a text is as shown', () => {
  for (const [text, shown] of [
    ['a\r\nb\r\n\r\n', 'a\nb\n'],
    ['Date: now\n', 'Date: …\n'],
    ['first\nany\nany\nlast\n', 'first\n…\nlast\n'],
    ['first\nlast\n', 'first\n…\nlast\n'],
    ['', '…\n'],
    ['a.b (c)', 'a.b (c)\n'],
  ])
    test(JSON.stringify([text, shown]), () => assert.ok(isAsShown(text, shown)))

  for (const [text, shown] of [
    ['a\nb\n', 'a\n'],
    ['a\n', 'a\nb\n'],
    ['axb', 'a.b\n'],
    ['Date: now\nmore', 'Date: …\n'],
    ['', 'a\n'],
  ])
    test(`not ${JSON.stringify([text, shown])}`, () => assert.ok(!isAsShown(text, shown)))
})
