import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { writeBulkFile } from '../../../src/zoho/bulk/bulk-write-file';
import { type BulkWriteRow, parseBulkWriteResult } from '../../../src/zoho/bulk/bulk-write-result';
import { failureOf } from '../support/failures';

const RESULT = [
  'ERP_Id,Last_Name,Account_Name,STATUS,RECORD_ID,ERRORS',
  'E-1,Roe,,ADDED,5500000000376008,',
  'E-2,"Doe, ""J""\nII",,UPDATED,5500000000376009,',
  'E-3,,,SKIPPED,,MANDATORY_NOT_FOUND-Last_Name',
  'E-4,Poe,,SKIPPED,,"DUPLICATE_DATA-Email:INVALID_DATA-Account_Name,Phone"',
  'E-5,Low,,UNPROCESSED,,',
].join('\n');

async function unzip(file: string): Promise<Record<string, string>> {
  const zip = await openPromise(file, { lazyEntries: true });
  const contents: Record<string, string> = {};
  for await (const entry of zip.eachEntry()) {
    contents[entry.fileName] = await text(await zip.openReadStreamPromise(entry));
  }
  return contents;
}

async function zipped(file: string, contents: Record<string, string>): Promise<string> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(contents)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  return file;
}

async function rowsOf(file: string): Promise<BulkWriteRow[]> {
  const rows: BulkWriteRow[] = [];
  for await (const row of parseBulkWriteResult(file)) rows.push(row);
  return rows;
}

describe('bulk-write files', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'bulk-files-'));
    file = path.join(folder, 'file.zip');
  });
  after(() => rm(folder, { recursive: true }));

  describe('to upload', () => {
    it('hold the API names and every cell unchanged, for any text', async () => {
      const cell = fc.option(fc.string({ unit: 'grapheme' }), { nil: null });
      const row = fc.tuple(fc.stringMatching(/^E-\d+$/), cell, fc.constantFrom('a,b', 'c"d', 'e\nf', '=1+1', null));
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
          await writeBulkFile(file, { fileName: 'c.csv', columns: ['ERP_Id', 'Last_Name', 'City'], rows });
          const { 'c.csv': csv = '' } = await unzip(file);
          const expected = rows.map((cells) => cells.map((value) => value ?? ''));
          const lines: unknown = parse(csv);
          assert.deepEqual(lines, [['ERP_Id', 'Last_Name', 'City'], ...expected]);
        }),
        { numRuns: 40 },
      );
    });

    it('take rows as they come, and tell how many there were', async () => {
      const rows = (async function* () {
        for (let k = 0; k < 25_000; k += 1) yield [`E-${k}`, null];
      })();
      const { rows: count, bytes } = await writeBulkFile(file, {
        fileName: 'c.csv',
        columns: ['ERP_Id', 'City'],
        rows,
      });
      assert.equal(count, 25_000);
      assert.equal(bytes, (await readFile(file)).length);
    });

    const cells = (count: number) => Array.from({ length: count }, (_, k) => [`E-${k}`]);
    const refusals: [what: string, columns: string[], rows: string[][], message: RegExp][] = [
      ['25,001 rows', ['ERP_Id'], cells(25_001), /more than the 25000 rows/],
      ['201 columns', Array.from({ length: 201 }, (_, k) => `Field_${k}`), [], /201 columns .* 200/],
      ['no row', ['ERP_Id'], [], /no row/],
      [
        'a row without a value',
        ['ERP_Id', 'City'],
        [
          ['E-1', ''],
          ['', ' '],
        ],
        /row 2 has no value/,
      ],
      ['a row that is too short', ['ERP_Id', 'City'], cells(1), /row 1 has 1 cells/],
    ];
    for (const [what, columns, rows, message] of refusals) {
      it(`are not written with ${what}`, async () => {
        const unwritten = path.join(folder, 'unwritten.zip');
        const error = await failureOf(writeBulkFile(unwritten, { fileName: 'c.csv', columns, rows }));
        assert.equal(error.category, 'request_bug');
        assert.match(error.message, message);
        await assert.rejects(access(unwritten));
        await assert.rejects(access(`${unwritten}.part`));
      });
    }

    it('leave nothing behind when they fail, however busy the disk is', async () => {
      const failures = await mkdtemp(path.join(tmpdir(), 'bulk-failures-'));
      const content = { fileName: 'c.csv', columns: ['ERP_Id', 'City'], rows: cells(1) };
      const writes = Array.from({ length: 100 }, (_, k) => writeBulkFile(path.join(failures, `${k}.zip`), content));
      const outcomes = await Promise.allSettled(writes);
      const left = await readdir(failures);
      await rm(failures, { recursive: true });
      assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['rejected']));
      assert.deepEqual(left, []);
    });
  });

  describe('of results', () => {
    it('give each row with its status, record and errors', async () => {
      const rows = await rowsOf(await zipped(file, { 'Contacts-c.csv': RESULT }));
      assert.deepEqual(
        rows.map(({ rowNumber, status, recordId }) => [rowNumber, status, recordId]),
        [
          [1, 'ADDED', '5500000000376008'],
          [2, 'UPDATED', '5500000000376009'],
          [3, 'SKIPPED', null],
          [4, 'SKIPPED', null],
          [5, 'UNPROCESSED', null],
        ],
      );
      assert.deepEqual(rows[1]?.values, { ERP_Id: 'E-2', Last_Name: 'Doe, "J"\nII', Account_Name: '' });
      assert.deepEqual(rows[3]?.errors, [
        { code: 'DUPLICATE_DATA', category: 'duplicate', fields: ['Email'] },
        { code: 'INVALID_DATA', category: 'validation', fields: ['Account_Name', 'Phone'] },
      ]);
    });

    it('are read to the last CSV of the zip, with or without a byte order mark', async () => {
      const contents = { 'Leads-a.csv': `\uFEFF${RESULT}`, 'notes.txt': 'x', 'Leads-b.csv': RESULT };
      const names = (await rowsOf(await zipped(file, contents))).map(({ fileName }) => fileName);
      assert.deepEqual([names.length, new Set(names)], [10, new Set(['Leads-a.csv', 'Leads-b.csv'])]);
    });

    it('can be left before their end', async () => {
      await zipped(file, { 'Leads-a.csv': RESULT });
      for await (const { rowNumber } of parseBulkWriteResult(file)) {
        assert.equal(rowNumber, 1);
        break;
      }
    });

    it('fail as network when they are cut off', async () => {
      const whole = await readFile(await zipped(file, { 'Leads-a.csv': RESULT.repeat(50) }));
      for (const length of [10, whole.length - 30]) {
        await writeFile(file, whole.subarray(0, length));
        assert.equal((await failureOf(rowsOf(file))).category, 'network');
      }
    });

    it('fail as network when they are damaged inside', async () => {
      const bytes = await readFile(await zipped(file, { 'Leads-a.csv': RESULT.repeat(50) }));
      bytes.fill(0xff, 60, 90);
      await writeFile(file, bytes);
      assert.equal((await failureOf(rowsOf(file))).category, 'network');
    });

    it('fail as network when their checksum does not match', async () => {
      const zip = new ZipFile();
      zip.addBuffer(Buffer.from(RESULT), 'Leads-a.csv', { compress: false });
      zip.end();
      await pipeline(zip.outputStream, createWriteStream(file));
      const bytes = await readFile(file);
      bytes.write('Moe', bytes.indexOf('Roe'));
      await writeFile(file, bytes);
      assert.equal((await failureOf(rowsOf(file))).category, 'network');
    });

    it('fail as server without the columns or statuses that Zoho documents', async () => {
      for (const csv of ['ERP_Id,STATUS\nE-1,ADDED', RESULT.replace(',ADDED,', ',PERHAPS,')]) {
        await zipped(file, { 'Leads-a.csv': csv });
        assert.equal((await failureOf(rowsOf(file))).category, 'server');
      }
    });

    it('let an error of the disk pass', async () => {
      await assert.rejects(rowsOf(path.join(folder, 'absent.zip')), { code: 'ENOENT' });
    });
  });
});
