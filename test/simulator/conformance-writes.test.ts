import assert from 'node:assert/strict';
import { CASES } from './conformance-write-cases';
import { type KnownError, OpenApi } from './openapi';
import { startTestBed, type TestBed } from './support';

const NULL_FORGOTTEN = 'The file does not say that the key can be null; the documented examples show null.';
const EITHER_OR = 'The file requires both a single field and a group of them; the documentation shows either.';

const KNOWN_ERRORS: readonly KnownError[] = [
  {
    file: 'fields.json',
    error: /^\/fields\/\d+ required/,
    reason: 'The file calls every key it knows required; the documentation and live answers leave keys out.',
  },
  {
    file: 'fields.json',
    error: /\/multiuserlookup required/,
    reason: 'The file requires keys in an object that is empty where it does not apply.',
  },
  { file: 'fields.json', error: /type must be \w+ .*\(null\)$/, reason: NULL_FORGOTTEN },
  { file: 'bulk_write.json', error: /field_mappings\/\d+\/\w+ type .*\(null\)$/, reason: NULL_FORGOTTEN },
  {
    file: 'bulk_write.json',
    error: /^\/details required .*"(id|created_by)"/,
    reason: 'The file has one schema for created jobs and uploaded files; the documentation shows no such keys here.',
  },
  {
    file: 'bulk_write.json',
    error: /^\/details\/file_id type must be integer/,
    reason: 'The documentation shows a text, as for every id.',
  },
  { file: 'notifications.json', error: /\/field_selection required/, reason: EITHER_OR },
  { file: 'notifications.json', error: /^\/watch\/\d+ anyOf/, reason: EITHER_OR },
  {
    file: 'notifications.json',
    error: /\/channel_id type must be object/,
    reason: 'The documentation shows a text, as the other places of this file.',
  },
  { file: 'notifications.json', error: /\/notify_url pattern/, reason: 'The pattern is that of an example address.' },
];

describe("simulator: conformance of jobs, fields and channels to Zoho's OpenAPI files", () => {
  const openApi = new OpenApi();
  let bed: TestBed;

  before(async () => {
    bed = await startTestBed();
  });

  after(() => bed.close());

  for (const { name, file, route, method, call, status, describedAs = status } of CASES) {
    it(name, async () => {
      const answer = await call(bed);

      assert.equal(answer.status, status, answer.text);
      assert.deepEqual(openApi.violations(file, route, method, describedAs, answer.body, KNOWN_ERRORS), []);
    });
  }
});
