import assert from 'node:assert/strict';
import fc from 'fast-check';
import { listItems } from '../../../src/db/bulk-operations/bulk-operation-items';
import { assignFiles, fileRows } from '../../../src/db/bulk-operations/bulk-write-files';
import { keepBulkWrite } from '../../support/start-operation';
import { someConnection, useDatabase } from '../support';

type Value = string | null | string[];
interface Operation {
  operation: string;
  module: string;
  findBy: string;
  records: Record<string, Value>[];
}

const EMPTY: readonly Value[] = [null, '', ' \n', [], [''], ['', ' ']];
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom(...EMPTY),
  fc.constantFrom('a', 'b', 'c'),
  fc.constantFrom<Value>(['One'], ['One', 'Two']),
);
const fields = fc.dictionary(fc.constantFrom('Title', 'Phone', 'Interests'), value, { maxKeys: 3 });
/** Two records by each of their keys, in several spellings. */
const RECORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  id: { '1': 'A', '2': 'B' },
  Email: { 'a@b.c': 'A', ' A@b.c': 'A', 'x@y.z': 'B' },
  Client_No: { '7': 'A', '007': 'A', '8': 'B' },
};

const operation: fc.Arbitrary<Operation> = fc.constantFrom(...Object.keys(RECORDS)).chain((findBy) =>
  fc.record({
    operation: fc.constant(findBy === 'id' ? 'update' : 'upsert'),
    module: fc.constantFrom('Contacts', 'Leads'),
    findBy: fc.constant(findBy),
    records: fc.array(
      fc
        .tuple(fields, fc.constantFrom(...Object.keys(RECORDS[findBy] ?? {})))
        .map(([rest, key]) => ({ ...rest, [findBy]: key })),
      { minLength: 1, maxLength: 4 },
    ),
  }),
);

/** Values at Zoho by module, record and field. */
class Values {
  readonly #values = new Map<string, string | null>();

  write(module: string, findBy: string, key: Value | undefined, field: string, cell: string | null): void {
    const record = RECORDS[findBy]?.[String(key)];
    if (!(field in RECORDS)) this.#values.set(`${module} ${record} ${field}`, cell);
  }

  toJSON(): [string, string | null][] {
    return [...this.#values].sort();
  }
}

function isEmpty(given: Value): boolean {
  return given === null || (typeof given === 'string' ? given.trim() === '' : given.every((choice) => isEmpty(choice)));
}

function asRequested(operations: readonly Operation[]): Values {
  const seen = new Values();
  for (const { module, findBy, records } of operations) {
    for (const record of records) {
      for (const [field, given] of Object.entries(record)) {
        seen.write(module, findBy, record[findBy], field, isEmpty(given) ? null : [given].flat().join(';'));
      }
    }
  }
  return seen;
}

describe('the files of a bulk write', () => {
  const database = useDatabase();
  let connectionId: string;
  before(async () => {
    connectionId = (await someConnection(database.knex)).id;
  });

  async function asWritten(operations: Operation[]): Promise<Values> {
    const { knex } = database;
    const id = await keepBulkWrite(knex, connectionId, operations);
    const seen = new Values();
    for (const { file, module, findBy, names, clears } of await assignFiles(knex, id)) {
      for await (const cells of fileRows(knex, id, file, names)) {
        const key = cells[names.indexOf(findBy ?? '')];
        for (const [index, cell] of cells.entries()) {
          const isBlank = (cell ?? '').trim() === '';
          if (!isBlank || clears) seen.write(module, findBy ?? '', key, names[index] ?? '', isBlank ? null : cell);
        }
      }
    }
    return seen;
  }

  async function filesOf(operations: object[]): Promise<(number | null)[]> {
    const id = await keepBulkWrite(database.knex, connectionId, operations);
    await assignFiles(database.knex, id);
    return (await listItems(database.knex, id, {}, { limit: 100 })).map(({ fileNumber }) => fileNumber);
  }

  it('leave every field as its last mention says: written, cleared by null, by blank text or by an empty list, or left alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 4 }), async (operations) => {
        assert.deepEqual((await asWritten(operations)).toJSON(), asRequested(operations).toJSON());
      }),
      { numRuns: 60 },
    );
  }).timeout(60_000);

  it('are as few as that allows: one for records with the same fields, cleared or not', async () => {
    const records = [
      { id: '1', Phone: '1' },
      { id: '2', Phone: null },
      { id: '3', Title: 'x' },
      { id: '4', Phone: '' },
      { id: '5', Phone: [], Title: 'x' },
    ];

    assert.deepEqual(await filesOf([{ operation: 'update', module: 'Contacts', records }]), [1, 1, 2, 1, 3]);
  });

  it('are two for plain inserts and updates by id, however they are mixed', async () => {
    const mixed = [1, 2, 3].flatMap((id) => [
      { operation: 'insert', module: 'Contacts', records: [{ Last_Name: 'New' }] },
      { operation: 'update', module: 'Contacts', records: [{ id: String(id), Phone: '1' }] },
    ]);

    assert.deepEqual(await filesOf(mixed), [1, 2, 1, 2, 1, 2]);
  });

  it('are written in turn where a record is mentioned again in another shape', async () => {
    const records = ['first', null, 'last']
      .map((title) => ({ id: '1', Title: title }))
      .concat({ id: '2', Title: 'other' });
    const again = { id: '1', Phone: '1' };

    assert.deepEqual(
      await filesOf([{ operation: 'update', module: 'Contacts', records: [...records, again] }]),
      [1, 1, 1, 1, 2],
    );
  });
});
