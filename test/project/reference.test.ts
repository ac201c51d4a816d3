import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { docstring, firstSentence } from '../../tools/reference/docstrings.ts'
import { referencePages, undocumented } from '../../tools/reference.ts'

const folder = new URL('../../docs/reference/', import.meta.url)

test('everything public has a docstring', () => {
  assert.deepEqual(undocumented(), [])
})

describe('docs/reference is what the docstrings say (else run tools/reference.ts)', () => {
  const pages = referencePages()
  for (const [name, text] of pages) test(name, () => assert.equal(readFileSync(new URL(name, folder), 'utf8'), text))
  test('there are no other pages', () => assert.deepEqual(readdirSync(folder).sort(), [...pages.keys()].sort()))
})

describe('links of the reference lead to a name of their page', () => {
  for (const [name, text] of referencePages()) {
    test(name, () => {
      const anchors = new Set([...text.matchAll(/^### `(\w+)`$/gm)].map(([, heading]) => heading.toLowerCase()))
      for (const [, target] of text.matchAll(/\]\(#([^)]+)\)/g)) {
        assert.ok(anchors.has(target.replace(/-\d+$/, '')) || anchors.has(target), `${name} links to #${target}`)
      }
    })
  }
})

describe('a docstring', () => {
  test('is its paragraphs and its tags, on one line or on several', () => {
    assert.deepEqual(docstring('* Says it. @throws TypeError for what is wrong '), {
      text: 'Says it.',
      parameters: [],
      throws: ['TypeError for what is wrong'],
    })
    const comment =
      '*\n * Says it\n * in two lines.\n *\n *     code()\n *\n * @param one the first\n *   of them\n * @param two\n * @returns how\n *   many @throws Error\n '
    assert.deepEqual(docstring(comment), {
      text: 'Says it in two lines.\n\n```ts\ncode()\n```\n\nReturns how many',
      parameters: [
        { name: 'one', text: 'the first of them' },
        { name: 'two', text: '' },
      ],
      throws: ['Error'],
    })
  })

  test('has a first sentence', () => {
    assert.equal(firstSentence('One of them, such as `a.b`. The other.'), 'One of them, such as `a.b`')
    assert.equal(firstSentence('All of it:\n\n```ts\ncode()\n```'), 'All of it')
  })
})
