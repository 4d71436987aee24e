import assert from 'node:assert/strict';
import { CASES } from './conformance-cases';
import { OpenApi, type KnownError } from './openapi';
import { startTestBed, type TestBed } from './support';

const EVERY_KEY_REQUIRED =
  'The file calls every key it knows required; the documentation and live answers leave keys out.';
const NULL_FORGOTTEN = 'The file does not say that the key can be null; the documented examples show null.';
const EMPTY_OBJECT =
  'The file requires keys in an object that is empty where it does not apply, as the documented examples show.';

const VIEW_MODULE = 'The file calls the module of a view by name; the documented examples give its api_name and id.';

const KNOWN_ERRORS: readonly KnownError[] = [
  { file: 'custom_views.json', error: /type must be \w+ .*\(null\)$/, reason: NULL_FORGOTTEN },
  { file: 'custom_views.json', error: /sort_order enum .*\(null\)$/, reason: NULL_FORGOTTEN },
  { file: 'custom_views.json', error: /\/module required .*"name"/, reason: VIEW_MODULE },
  { file: 'custom_views.json', error: /\/criteria required/, reason: EVERY_KEY_REQUIRED },
  {
    file: 'custom_views.json',
    error: /\/criteria\/value type/,
    reason: 'The file says object; the documented examples show a text.',
  },
  {
    file: 'custom_views.json',
    error: /^ required .*"info"/,
    reason: 'The file gives a single view the wrapper of the list.',
  },
  { file: 'modules.json', error: /sort_order enum .*\(null\)$/, reason: NULL_FORGOTTEN },
  { file: 'modules.json', error: /\/custom_view\/module required .*"name"/, reason: VIEW_MODULE },
  { file: 'modules.json', error: /^\/modules\/\d+( |\/fields\/\d+ )required/, reason: EVERY_KEY_REQUIRED },
  { file: 'modules.json', error: /type must be \w+ .*\(null\)$/, reason: NULL_FORGOTTEN },
  { file: 'fields.json', error: /^\/fields\/\d+ required/, reason: EVERY_KEY_REQUIRED },
  { file: 'fields.json', error: /type must be \w+ .*\(null\)$/, reason: NULL_FORGOTTEN },
  { file: 'fields.json', error: /\/multiuserlookup required/, reason: EMPTY_OBJECT },
  { file: 'modules.json', error: /\/multiuserlookup required/, reason: EMPTY_OBJECT },
  { file: 'org.json', error: /type must be \w+ .*\(null\)$/, reason: NULL_FORGOTTEN },
  {
    file: 'org.json',
    error: /\/type enum/,
    reason: 'The file writes the types with a capital, the documentation without.',
  },
  { file: 'record.json', error: /_page_token type .*\(null\)$/, reason: NULL_FORGOTTEN },
  { file: 'record.json', error: /^\/count type/, reason: 'A text in this file, a number in the newer edition of it.' },
  { file: 'users.json', error: /^\/count type/, reason: 'A text in this file, an integer in the official SDKs of v8.' },
  { file: 'users.json', error: /\/date_format enum/, reason: 'The file allows the one format of its example.' },
  {
    file: 'users.json',
    error: /\/time_zone type/,
    reason: 'The file says object; the documented examples show the name of the zone.',
  },
  { file: 'users.json', error: /\/email pattern/, reason: 'The pattern is that of masked example addresses.' },
  { file: 'users.json', error: /\/last_name pattern/, reason: 'The pattern knows no letters beyond ASCII.' },
  {
    file: 'users.json',
    error: /\/Modified_By required/,
    reason: 'References to users are a name and an id everywhere else.',
  },
];

describe("simulator: conformance to Zoho's OpenAPI files", () => {
  const openApi = new OpenApi();
  let bed: TestBed;

  before(async () => {
    bed = await startTestBed();
  });

  after(() => bed.close());

  for (const { name, file, route, call, options, status, describedAs = status } of CASES) {
    it(name, async () => {
      const method = (options?.method ?? 'GET').toLowerCase();

      const answer = await bed.call(call, options);

      assert.equal(answer.status, status);
      assert.deepEqual(openApi.violations(file, route, method, describedAs, answer.body, KNOWN_ERRORS), []);
    });
  }
});
