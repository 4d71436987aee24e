import assert from 'node:assert/strict';
import { countQuarantine } from '../../../../src/db/mirror/quarantine';
import { useDatabase } from '../../support';
import {
  ACCOUNT,
  AMOUNT,
  loadCsv,
  loadRecords,
  MODIFIED,
  NAME,
  quarantineOf,
  rowsOf,
  someMirror,
  TAGS,
  type MirrorUnderTest,
} from '../support';

const VISITS = { apiName: 'Visits', dataType: 'integer' };
const CLOSING = { apiName: 'Closing_Date', dataType: 'date' };
const COLOURS = { apiName: 'Colours', dataType: 'multiselectpicklist', choices: ['Red'] };

describe('a cell that does not fit its column', () => {
  const database = useDatabase();
  const names = async (deals: MirrorUnderTest) => (await rowsOf(deals)).map((row) => row['deal_name']);

  it('sets its row of an export aside and lets the others in', async () => {
    const deals = await someMirror(database.knex, [NAME, AMOUNT, VISITS, CLOSING, MODIFIED]);

    const chunk = await loadCsv(deals, [
      'Id,Deal_Name,Amount,Visits,Closing_Date,Modified_Time',
      '1,A,10.5,3,2026-12-31,2026-11-16T09:00:00Z',
      '2,B,many,99999999999,2026-02-30,2026-11-16T09:00:00Z',
      '3,C,,,,',
    ]);

    assert.deepEqual(await names(deals), ['A', 'C']);
    assert.deepEqual([chunk.read, chunk.created, chunk.failed], [3, 2, 1]);
    assert.deepEqual(
      (await quarantineOf(deals)).map((entry) => [entry['record_id'], entry['field'], entry['reason']]),
      [
        ['2', 'amount', 'The value does not fit numeric.'],
        ['2', 'closing_date', 'The value does not fit date.'],
        ['2', 'visits', 'The value does not fit integer.'],
      ],
    );
    assert.equal((await countQuarantine(deals.knex, deals.mirror)).quarantined, 1);
  });

  it('keeps the whole row as Zoho sent it', async () => {
    const deals = await someMirror(database.knex, [NAME, AMOUNT]);

    await loadCsv(deals, ['Id,Deal_Name,Amount', '2,B,many']);

    assert.deepEqual((await quarantineOf(deals))[0]?.['raw_data'], { id: '2', deal_name: 'B', amount: 'many' });
  });

  it('sets its record of a page aside', async () => {
    const deals = await someMirror(database.knex, [NAME, AMOUNT, MODIFIED]);

    const chunk = await loadRecords(deals, [
      { id: '1', Deal_Name: 'A', Amount: 'many' },
      { id: '2', Deal_Name: 'B', Amount: '12' },
      { id: '3', Deal_Name: 'C', Modified_Time: 'yesterday-ish' },
    ]);

    assert.deepEqual(await names(deals), ['B']);
    assert.deepEqual([chunk.read, chunk.created, chunk.failed], [3, 1, 2]);
    assert.deepEqual(
      (await quarantineOf(deals)).map((entry) => [entry['record_id'], entry['field']]),
      [
        ['1', 'amount'],
        ['3', 'modified_time'],
      ],
    );
  });

  it('is not a list that came as a single value: it is kept as it is', async () => {
    const deals = await someMirror(database.knex, [COLOURS, TAGS]);

    const chunk = await loadRecords(deals, [{ id: '1', Colours: 'Red', Tag: 'VIP' }]);

    assert.equal(chunk.failed, 0);
    assert.deepEqual(await rowsOf(deals), [{ id: '1', colours: 'Red', tag: 'VIP' }]);
  });

  it('can be the id of another system in a lookup; a lookup may lack its id, or everything', async () => {
    const deals = await someMirror(database.knex, [NAME, ACCOUNT]);

    const chunk = await loadRecords(deals, [
      { id: '1', Deal_Name: 'A', Account_Name: { id: 'zcrm_55', name: 'Old client' } },
      { id: '2', Deal_Name: 'B', Account_Name: { name: 'Only a name' } },
      { id: '3', Deal_Name: 'C', Account_Name: {} },
      { id: '4', Deal_Name: 'D', Account_Name: '' },
    ]);

    assert.equal(chunk.failed, 1);
    assert.deepEqual(
      (await rowsOf(deals)).map((row) => [row['deal_name'], row['account_name_id'], row['account_name']]),
      [
        ['B', null, 'Only a name'],
        ['C', null, null],
        ['D', null, null],
      ],
    );
  });

  it('can be the id itself', async () => {
    const deals = await someMirror(database.knex, [NAME]);

    const chunk = await loadCsv(deals, ['Id,Deal_Name', 'zcrm_1,A', '2,B', ',C']);

    assert.deepEqual(await names(deals), ['B']);
    assert.equal(chunk.failed, 2);
    assert.deepEqual(await quarantineOf(deals), []);
    const logged = await deals.knex.raw<{ rows: { message: string }[] }>(
      'select message from sync.sync_status_logs where session_id = ? order by position',
      [deals.sessionId],
    );
    assert.deepEqual(
      logged.rows.map(({ message }) => message.replace(/chunk \d+/, 'chunk')),
      [1, 3].map((row) => `Row ${row} of chunk has no readable id and is left out.`),
    );
  });

  it('can be an id that is missing', async () => {
    const deals = await someMirror(database.knex, [NAME]);

    const chunk = await loadRecords(deals, [{ id: '1', Deal_Name: 'A' }, { Deal_Name: 'B' }]);

    assert.deepEqual(await names(deals), ['A']);
    assert.deepEqual([chunk.read, chunk.failed], [2, 1]);
  });

  it('does not keep the row from coming in later', async () => {
    const deals = await someMirror(database.knex, [NAME, AMOUNT]);
    await loadCsv(deals, ['Id,Deal_Name,Amount', '2,B,many']);

    const chunk = await loadCsv(deals, ['Id,Deal_Name,Amount', '2,B,7']);

    assert.deepEqual([chunk.created, chunk.failed], [1, 0]);
  });

  it('still distinguishes repeated rows', async () => {
    const deals = await someMirror(database.knex, [NAME, AMOUNT, MODIFIED]);

    await loadCsv(deals, [
      'Id,Deal_Name,Amount,Modified_Time',
      '1,old,1,2026-11-16T09:00:00Z',
      '1,new,2,2026-11-17T09:00:00Z',
      '2,B,many,2026-11-17T09:00:00Z',
    ]);

    assert.deepEqual(await names(deals), ['new']);
  });
});

describe('bytes that PostgreSQL cannot store', () => {
  const database = useDatabase();

  it('are replaced in an export, and the rest of the row is kept', async () => {
    const deals = await someMirror(database.knex, [NAME]);
    const csv = Buffer.concat([Buffer.from('Id,Deal_Name\n1,a\0b\n2,c'), Buffer.from([0xff]), Buffer.from('d\n3,é\n')]);

    const chunk = await loadCsv(deals, csv);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['deal_name']),
      ['a\uFFFDb', 'c\uFFFDd', 'é'],
    );
    assert.equal(chunk.failed, 0);
  });

  it('are replaced in a page', async () => {
    const deals = await someMirror(database.knex, [NAME, COLOURS]);

    await loadRecords(deals, Buffer.from('{"data":[{"id":"1","Deal_Name":"a\\u0000b\\udc00"}]}'));

    assert.deepEqual((await rowsOf(deals))[0]?.['deal_name'], 'a\uFFFDb\uFFFD');
  });

  it('inside a list set the record aside', async () => {
    const deals = await someMirror(database.knex, [NAME, COLOURS]);

    const chunk = await loadRecords(
      deals,
      Buffer.from('{"data":[{"id":"1","Deal_Name":"A","Colours":["a\\u0000b"]},{"id":"2","Deal_Name":"B"}]}'),
    );

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['deal_name']),
      ['B'],
    );
    assert.equal(chunk.failed, 1);
  });
});

describe('raw bytes in a page', () => {
  const database = useDatabase();

  it('that are not UTF-8 are replaced like those of an export', async () => {
    const deals = await someMirror(database.knex, [NAME]);
    const page = Buffer.concat([
      Buffer.from('{"data":[{"id":"1","Deal_Name":"a'),
      Buffer.from([0xc3]),
      Buffer.from('b"},{"id":"2","Deal_Name":"é"}]}'),
    ]);

    await loadRecords(deals, page);

    assert.deepEqual(
      (await rowsOf(deals)).map((row) => row['deal_name']),
      ['a\uFFFDb', 'é'],
    );
  });
});
