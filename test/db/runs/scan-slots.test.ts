import assert from 'node:assert/strict';
import { uuidv7 } from 'uuidv7';
import { freeScanSlot, keepScanSlot, takeScanSlot, type ScanAttempt } from '../../../src/db/runs/scan-slots';
import { someConnection, useDatabase } from '../support';

describe('slots for the scans of a connection', () => {
  const database = useDatabase();

  /** Scans of a connection of its own, each of which has waited longer than the next. */
  async function someScans(count: number): Promise<ScanAttempt[]> {
    const { id: connectionId } = await someConnection(database.knex);
    return Array.from({ length: count }, (_, place) => ({
      connectionId,
      owner: `run/${place}`,
      attempt: 1,
      since: new Date(1_800_000_000_000 + place * 1_000),
    }));
  }

  const take = (scan: ScanAttempt | undefined) => takeScanSlot(database.knex, scan as ScanAttempt);
  const free = (scan: ScanAttempt | undefined) => freeScanSlot(database.knex, scan as ScanAttempt);

  /** Lets the owner of a slot, or of a place in the line, fall silent for so long that it has lost it. */
  const fallSilent = (scan: ScanAttempt | undefined) =>
    database.knex.raw(
      `update sync.scan_slots set until = now() - interval '1 second' where connection_id = ? and owner = ?`,
      [scan?.connectionId ?? '', scan?.owner ?? ''],
    );

  it('are two', async () => {
    const scans = await someScans(3);

    const taken = [await take(scans[0]), await take(scans[1]), await take(scans[2])];

    assert.deepEqual(taken, [true, true, false]);
  });

  it('are as many as the configuration with the fewest simultaneous calls allows, where those are fewer', async () => {
    const scans = await someScans(2);
    await database.knex('sync.sync_configurations').insert({
      id: uuidv7(),
      connection_id: scans[0]?.connectionId,
      config_name: 'deals',
      module_name: 'Deals',
      max_concurrent_operations: 1,
    });

    assert.deepEqual([await take(scans[0]), await take(scans[1])], [true, false]);
  });

  it('are those of one connection: another has its own', async () => {
    const [one, other] = [await someScans(2), await someScans(2)];
    for (const scan of one) await take(scan);

    assert.deepEqual([await take(other[0]), await take(other[1])], [true, true]);
  });

  it('go to whoever has waited longest, not to whoever asks first', async () => {
    const [older, first, second, younger] = await someScans(4);
    await take(first);
    await take(second);
    assert.deepEqual([await take(older), await take(younger)], [false, false]);
    await free(first);

    assert.equal(await take(younger), false);
    assert.equal(await take(older), true);
  });

  it('go to the next in the line when the one before has not asked for long', async () => {
    const [older, first, second, younger] = await someScans(4);
    await take(first);
    await take(second);
    await take(older);
    await fallSilent(older);
    await free(first);

    assert.equal(await take(younger), true);
  });

  it('are lost by an owner that falls silent, and kept by one that does not', async () => {
    const [silent, kept, next] = await someScans(3);
    await take(silent);
    await take(kept);
    await fallSilent(silent);
    await fallSilent(kept);
    await keepScanSlot(database.knex, kept as ScanAttempt);

    assert.equal(await take(next), true);
    assert.equal(await take({ ...(next as ScanAttempt), owner: 'run/last' }), false);
  });

  it('are taken over by another attempt, from which the one before can take nothing', async () => {
    const [first, second, next] = await someScans(3);
    await take(first);
    await take(second);
    const again = { ...(first as ScanAttempt), attempt: 2 };

    assert.equal(await take(again), true);
    await free(first);

    assert.equal(await take(next), false);
  });

  it('are never more than two, whoever takes them at once', async () => {
    const scans = await someScans(20);

    const taken = await Promise.all(scans.map((scan) => take(scan)));

    assert.ok(taken.filter(Boolean).length <= 2);
    assert.ok(taken.some(Boolean));
  });
});
