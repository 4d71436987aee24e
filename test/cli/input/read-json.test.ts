import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { readJsonText } from '../../../src/cli/input/read-json';

const TEXT = '[1.10, 12345678901234567890, "Zoë 🚀"]';
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('JSON on standard input', () => {
  for (const [encoding, bytes] of [
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${TEXT}`)],
    ['UTF-16, as PowerShell redirects', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
    ['UTF-16 with the high byte first', bigEndian(`\uFEFF${TEXT}`)],
  ] as const) {
    it(`is read to its end, digit by digit, in ${encoding}`, async () => {
      const input = new PassThrough();
      for (const byte of bytes) input.write(Buffer.of(byte));
      input.end();

      assert.equal(await readJsonText('-', input), TEXT);
    });
  }

  it('may also be a file in a folder with a space, with the line ends of Windows', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pulse json '));
    const file = path.join(folder, 'my records.json');
    writeFileSync(file, '[\r\n  {"Last_Name": "Roe"}\r\n]\r\n');

    assert.deepEqual(JSON.parse(await readJsonText(file, new PassThrough())), [{ Last_Name: 'Roe' }]);
    rmSync(folder, { recursive: true });
  });
});
