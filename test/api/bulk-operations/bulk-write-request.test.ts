import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import {
  BULK_WRITE_LIMIT,
  BulkWriteRequest,
  parseBulkWrite,
} from '../../../src/api/bulk-operations/bulk-write-request';
import { Problem } from '../../../src/api/http/problem';
import { invalidBody } from '../../../src/api/http/validation';
import { JsonScan } from '../../../src/domain/records/json-scan';

type Outcome = { request: BulkWriteRequest } | { code: string; pointers: (string | undefined)[] };

function refusalOf(error: unknown): Outcome {
  assert.ok(error instanceof Problem, String(error));
  return { code: error.code, pointers: (error.more.errors ?? []).map(({ pointer }) => pointer) };
}

async function inPieces(text: string): Promise<Outcome> {
  const bytes = Buffer.from(text);
  const scan = new JsonScan(BULK_WRITE_LIMIT);
  scan.add(bytes);
  return parseBulkWrite({ bytes, lists: scan.lists }).then((request) => ({ request }), refusalOf);
}

function atOnce(body: unknown): Outcome {
  const parsed = BulkWriteRequest.safeParse(body);
  return parsed.success ? { request: parsed.data } : refusalOf(invalidBody(parsed.error.issues));
}

const value = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)) },
  fc.array(fc.constantFrom('a', 'b', 'c;d'), { maxLength: 3 }),
  fc.record({ id: fc.constantFrom('12', 'x') }),
  fc.jsonValue({ depthSize: 'small' }),
);
const record = fc.dictionary(fc.constantFrom('id', 'Last_Name', 'Email', 'no good'), value);
const group = fc.record(
  {
    operation: fc.constantFrom('insert', 'update', 'upsert', 'merge'),
    module: fc.constantFrom('Contacts', 'Deals', ''),
    findBy: fc.constantFrom('id', 'Email', 7),
    records: fc.oneof({ weight: 9, arbitrary: fc.array(record, { maxLength: 4 }) }, fc.jsonValue()),
  },
  { requiredKeys: ['operation', 'module', 'records'] },
);
const body = fc.record(
  {
    connection: fc.constantFrom('crm', 'CRM!'),
    operations: fc.oneof({ weight: 9, arbitrary: fc.array(group, { maxLength: 3 }) }, fc.jsonValue()),
    callbackUrl: fc.constantFrom('https://example.com/done', 'ftp://example.com'),
    callbackSecret: fc.constant('0123456789abcdef'),
    more: fc.jsonValue(),
  },
  { requiredKeys: ['operations'] },
);

describe('a bulk write that is parsed in pieces', () => {
  it('is what its schema says, or is refused for things that the schema refuses', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 9, arbitrary: body }, fc.jsonValue()),
        fc.constantFrom(0, 1),
        async (json, indent) => {
          const [found, expected] = [
            await inPieces(JSON.stringify(json, null, indent)),
            atOnce(JSON.parse(JSON.stringify(json))),
          ];

          if ('request' in expected || 'request' in found) assert.deepEqual(found, expected);
          else assert.equal(found.code, expected.code);
        },
      ),
      { numRuns: 500 },
    );
  });

  const records = (text: string): string =>
    `{"operations":[{"operation":"insert","module":"Contacts","records":${text}}]}`;

  it('is refused where a list is not JSON, as the whole is', async () => {
    for (const list of [
      '[,]',
      '[{"A":1},]',
      '[,{"A":1}]',
      '[{"A":1},,{"A":1}]',
      '[{"A":1} {"A":2}]',
      '[{"A":1}}',
      '[{"A":1]',
      '[{"A":01}]',
    ]) {
      assert.deepEqual(await inPieces(records(list)), { code: 'malformed_json', pointers: [] }, list);
    }
    assert.deepEqual(await inPieces(records('[{"A":1}').slice(0, -3)), { code: 'malformed_json', pointers: [] });
  });

  it('takes the last of two lists of one name, and refuses the first unless it is JSON', async () => {
    const twice = (first: string): string => records(`${first},"records":[{"A":1},{"A":2}]`);

    const taken = await inPieces(twice('[{"A":1}]'));
    assert.equal('request' in taken && taken.request.operations[0]?.records.length, 2);
    assert.deepEqual(await inPieces(twice('[{"A":}]')), { code: 'malformed_json', pointers: [] });
  });

  it('points at what is wrong in any piece, and at no more than the first twenty', async () => {
    const fine = Array.from({ length: 5_000 }, () => ({ Last_Name: 'Roe', Description: 'long '.repeat(20) }));
    const wrong = Array.from({ length: 30 }, () => ({ Last_Name: { first: 'Jane' } }));
    const found = await inPieces(records(JSON.stringify([...fine, {}, ...fine, ...wrong])));

    assert.ok('pointers' in found);
    assert.equal(found.pointers.length, 20);
    assert.deepEqual(found.pointers.slice(0, 2), [
      '#/operations/0/records/5000',
      '#/operations/0/records/10001/Last_Name',
    ]);
  });

  it('lets the event loop turn for every 64 kB of records', async () => {
    const text = records(JSON.stringify(Array.from({ length: 5_000 }, () => ({ Last_Name: 'x'.repeat(600) }))));
    let iterations = 0;
    let isParsed = false;

    const parsed = inPieces(text).finally(() => (isParsed = true));
    while (!isParsed) {
      await setImmediate();
      iterations += 1;
    }

    assert.ok('request' in (await parsed));
    assert.ok(iterations >= Math.floor(text.length / 65_536), `${iterations} iterations`);
  });
});
