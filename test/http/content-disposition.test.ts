import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachment } from '../../src/http/content-disposition.ts'
import { FieldList } from '../../src/http/fields.ts'

const NAMES: Readonly<Record<string, string>> = {
  'report.pdf': 'attachment; filename="report.pdf"',
  'a report; of 2026.pdf': 'attachment; filename="a report; of 2026.pdf"',
  'Übersicht.pdf': `attachment; filename="_bersicht.pdf"; filename*=UTF-8''%C3%9Cbersicht.pdf`,
  '5 € 🎉.txt': `attachment; filename="5 _ _.txt"; filename*=UTF-8''5%20%E2%82%AC%20%F0%9F%8E%89.txt`,
  'a "quoted" name': `attachment; filename="a _quoted_ name"; filename*=UTF-8''a%20%22quoted%22%20name`,
  '100%.txt': `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`,
  "it's (a) *.txt": 'attachment; filename="it\'s (a) *.txt"',
  "ü's (a) *.txt": `attachment; filename="_'s (a) *.txt"; filename*=UTF-8''%C3%BC%27s%20%28a%29%20%2A.txt`,
  '../../etc/passwd': 'attachment; filename=".._.._etc_passwd"',
  'C:\\autoexec.bat': 'attachment; filename="C:_autoexec.bat"',
  'a\r\nSet-Cookie: b=c\0': 'attachment; filename="a__Set-Cookie: b=c_"',
  '': 'attachment',
  'lone \ud800 half': `attachment; filename="lone _ half"; filename*=UTF-8''lone%20%EF%BF%BD%20half`,
}

for (const [name, value] of Object.entries(NAMES))
  test(`a file is offered as ${JSON.stringify(name)}`, () => {
    assert.equal(attachment(name), value)
    // It can be sent.
    FieldList.of({ 'Content-Disposition': attachment(name) })
  })
