import assert from 'node:assert/strict';
import { keepHistoryPartitions } from '../../../src/db/maintenance/history-partitions';
import { useDatabase } from '../support';

const NOW = new Date('2027-06-15T12:00:00Z');

describe('the partitions of the history', () => {
  const database = useDatabase();

  const write = (at: string, knex = database.knex) =>
    knex.raw(
      `insert into sync.record_history (at, connection_id, mirror_id, record_id, event, direction)
       values (?, gen_random_uuid(), 1, 1, 'created', 'from_crm')`,
      [at],
    );
  /** Rows by the partition that has them. */
  async function rowsByPartition(): Promise<Record<string, number>> {
    const { rows } = await database.knex.raw<{ rows: { name: string; rows: number }[] }>(
      `select tableoid::regclass::text as name, count(*)::int as rows from sync.record_history group by 1 order by 1`,
    );
    return Object.fromEntries(rows.map(({ name, rows: count }) => [name, count]));
  }

  it('are there for this month and the next two, from the first day on', async () => {
    const { made } = await keepHistoryPartitions(database.knex, 400, new Date());

    assert.deepEqual(made, []);
  });

  it('are made ahead, once', async () => {
    assert.deepEqual((await keepHistoryPartitions(database.knex, 0, NOW)).made, ['2027_06', '2027_07', '2027_08']);
    assert.deepEqual((await keepHistoryPartitions(database.knex, 0, NOW)).made, []);

    await write('2027-06-01T00:00:00Z');
    await write('2027-06-30T23:59:59.999Z');
    await write('2027-07-01T00:00:00Z');
    assert.deepEqual(await rowsByPartition(), {
      'sync.record_history_2027_06': 2,
      'sync.record_history_2027_07': 1,
    });
  });

  it('take the rows over that came before they were there', async () => {
    await write('2029-12-31T23:00:00Z');
    await write('2030-01-01T00:00:00Z');

    await keepHistoryPartitions(database.knex, 0, new Date('2029-12-31T23:30:00Z'));

    const rows = await rowsByPartition();
    assert.deepEqual(
      [rows['sync.record_history_2029_12'], rows['sync.record_history_2030_01'], rows['sync.record_history_rest']],
      [1, 1, undefined],
    );
  });

  it('are dropped when their last day is older than the age, and with 0 days never', async () => {
    await keepHistoryPartitions(database.knex, 0, new Date('2031-01-15T00:00:00Z'));
    await write('2031-01-31T23:59:59Z');

    assert.deepEqual((await keepHistoryPartitions(database.knex, 0, new Date('2040-01-01T00:00:00Z'))).dropped, []);
    const before = await keepHistoryPartitions(database.knex, 400, new Date('2032-03-06T23:00:00Z'));
    const after = await keepHistoryPartitions(database.knex, 400, new Date('2032-03-07T01:00:00Z'));

    assert.equal(before.dropped.includes('2031_01'), false);
    assert.equal(after.dropped.includes('2031_01'), true);
    assert.equal((await rowsByPartition())['sync.record_history_2031_01'], undefined);
  });

  it('are made while somebody writes, and dropped the next time', async () => {
    await keepHistoryPartitions(database.knex, 0, new Date('2041-01-15T00:00:00Z'));
    const later = new Date('2043-01-15T00:00:00Z');
    await database.knex.transaction(async (trx) => {
      await write('2041-01-20T00:00:00Z', trx);

      const { dropped, made } = await keepHistoryPartitions(database.knex, 400, later);

      assert.equal(dropped.includes('2041_01'), false);
      assert.deepEqual(made, ['2043_01', '2043_02', '2043_03']);
    });
    assert.equal((await keepHistoryPartitions(database.knex, 400, later)).dropped.includes('2041_01'), true);
  });
});
