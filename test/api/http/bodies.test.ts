import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { ProblemDocument } from '../../../src/api/http/problem';
import { API_PREFIX } from '../../../src/api/paths';
import { ROUTES } from '../../../src/api/routes';
import { NO_TEMPORAL, useApi, type Answer, type Call } from '../support/api';

const ANY_ID = '01890000-0000-7000-8000-000000000000';
const BULK = '/api/v1/bulk-writes';
const MAX_ANSWER = 64_000;
/** Above the limit of every route but one, which stops long before. */
const MAX_SENT = 6 * 1024 * 1024;

/** Grows a list of parts to a text of about these bytes. */
function filled(bytes: number, begin: string, part: (index: number) => string, end: string): string {
  const parts: string[] = [];
  let size = begin.length + end.length;
  for (let index = 0; ; index++) {
    const next = part(index);
    size += next.length + 1;
    if (size > bytes) return `${begin}${parts.join(',')}${end}`;
    parts.push(next);
  }
}

/** Bodies that cost much for their size, as large as a route takes them. */
const HOSTILE: Readonly<Record<string, (bytes: number) => string>> = {
  'nested lists': (bytes) => '['.repeat(bytes),
  'nested objects': (bytes) => '{"a":'.repeat(bytes / 5),
  'unknown names': (bytes) => filled(bytes, '{', (index) => `"n${index}":0`, '}'),
  'four hundred unknown names': () =>
    filled(90_000, '{', (index) => (index < 400 ? `"n${index}":0` : ' '.repeat(90_000)), '}'),
  'one long name': (bytes) => `{"${'n'.repeat(bytes - 8)}":0}`,
  'many numbers': (bytes) => `{"operations":[${'1,'.repeat(bytes / 2 - 10)}1]}`,
  'a number of many digits': (bytes) => `{"operation":${'7'.repeat(bytes - 20)}}`,
  'records of bad names': (bytes) => {
    const record = filled(5_000, '{', (index) => `"bad name ${index}":0`, '}');
    return filled(Math.min(bytes, 490_000), '{"operation":"insert","records":[', () => record, ']}');
  },
  'groups of bad records': (bytes) =>
    filled(
      bytes,
      '{"operations":[{"operation":"insert","module":"Deals","records":[',
      () => '{"bad name":[{}]}',
      ']}]}',
    ),
  'bad ids': (bytes) => filled(Math.min(bytes, 400_000), '{"values":{"A":1},"ids":[', (index) => `"x${index}"`, ']}'),
  'broken text': (bytes) => `"${'\u0000'.repeat(bytes - 2)}"`,
};

describe('a body that costs more than it should', () => {
  const api = useApi(() => NO_TEMPORAL);
  const taking = ROUTES.filter(({ body }) => body !== undefined);

  for (const [name, make] of Object.entries(HOSTILE)) {
    it(`gets a short refusal on every route: ${name}`, async function () {
      this.timeout(120_000);
      for (const { method, path, largestBody, operationId } of taking) {
        const raw = make(Math.min(largestBody?.bytes ?? 100 * 1024, MAX_SENT));

        const answer = await api.call(method.toUpperCase(), API_PREFIX + path.replaceAll(/\{\w+\}/g, ANY_ID), {
          as: 'admin',
          raw,
        });

        assert.ok(answer.status >= 400 && answer.status < 500, `${operationId}: ${answer.status}`);
        assert.ok(JSON.stringify(answer.body).length < MAX_ANSWER, operationId);
      }
    });
  }

  it('is refused by its size after decompression', async () => {
    const zipped = gzipSync(`{"module":"${'D'.repeat(50_000_000)}"}`);
    const { status } = await fetch(`${api.baseUrl}/api/v1/plans`, {
      method: 'POST',
      body: zipped,
      headers: {
        authorization: `Bearer ${api.keys.viewer}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
    });

    assert.equal(status, 413);
  });
});

describe('the body of a request', () => {
  const api = useApi(() => NO_TEMPORAL);
  const codeOf = async (call: Call): Promise<string> =>
    ((await api.call('POST', '/api/v1/plans', { as: 'viewer', ...call })).body as ProblemDocument).code;

  it('may be compressed, and begin with a byte order mark', async () => {
    for (const [encoding, raw] of [
      ['identity', '\uFEFF{"module":1}'],
      ['identity', ' {"module":1}'],
    ] as const) {
      assert.equal(await codeOf({ raw, headers: { 'content-encoding': encoding } }), 'validation_failed');
    }
  });

  it('must be UTF-8 in an encoding that is known, and all there', async () => {
    assert.equal(await codeOf({ raw: '{}', headers: { 'content-encoding': 'compress' } }), 'unsupported_media_type');
    assert.equal(await codeOf({ raw: '{}', headers: { 'content-encoding': 'constructor' } }), 'unsupported_media_type');
    assert.equal(await codeOf({ raw: '{}', headers: { 'content-encoding': 'gzip' } }), 'malformed_json');
    assert.equal(
      await codeOf({ raw: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } }),
      'unsupported_media_type',
    );
  });

  it('is not read where its parameters are wrong', async () => {
    const answer = await api.call('POST', `/api/v1/sessions/x/pause`, { raw: '{' });

    assert.equal((answer.body as ProblemDocument).code, 'invalid_parameter');
  });
});

describe('a large bulk write', () => {
  const api = useApi(() => NO_TEMPORAL);
  const fields = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`Field_${index}`, `value ${index}`]));
  const records = Array.from({ length: 9_999 }, () => fields);
  const raw = JSON.stringify({
    connection: 'nowhere',
    operations: [{ operation: 'insert', module: 'Contacts', records: [...records, { Last_Name: { first: 'Jane' } }] }],
  });

  it('leaves other requests their answers while it is checked', async function () {
    this.timeout(60_000);
    let answer: Answer | undefined;
    let others = 0;

    const large = api.call('POST', BULK, { raw }).then((found) => (answer = found));
    while (answer === undefined) {
      await api.call('GET', '/api/v1/health', { as: null });
      others += 1;
    }

    const { status, body } = await large;
    assert.equal(status, 422);
    assert.equal((body as ProblemDocument).errors?.[0]?.pointer, '#/operations/0/records/9999/Last_Name');
    assert.ok(others >= 20, `${others} other requests were answered`);
  });
});
