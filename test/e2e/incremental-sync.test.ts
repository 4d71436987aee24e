import assert from 'node:assert/strict';
import { getSession } from '../../src/db/sessions/sessions';
import { decide } from '../support/approvals';
import { assertSame } from '../support/compare';
import type { Org } from '../support/org';
import { useEngine } from '../support/use-engine';

const HOUR_MS = 3_600_000;
/** An access token lives for an hour, and so outlives this. */
const A_WHILE_MS = 1_200_000;
/** Rows that a page of a list has. */
const PAGE = 200;

describe('an incremental sync', function () {
  this.timeout(90_000);
  const engine = useEngine();
  beforeEach(async () => {
    if (!engine().worker.isRunning) await engine().worker.start();
  });

  /** An org whose module is mirrored, some time ago by Zoho's clock. */
  async function mirrored(contacts = 600): Promise<Org> {
    const org = await engine().org({ contacts });
    await org.fullSync('Contacts');
    org.zoho.moveClock({ advance: A_WHILE_MS });
    return org;
  }

  async function watermark(org: Org): Promise<{ complete: string; session: string }> {
    const [mark] = await engine().query<{ complete: string; session: string }>(
      `select complete_until::text as complete, session_id as session from sync.watermarks
       where connection_id = ? and module_name = 'Contacts'`,
      [org.connectionId],
    );
    assert.ok(mark);
    return mark;
  }

  /** Alerts of the counts of an org, and whether they have asked for a comparison. */
  async function falseGreen(org: Org): Promise<object[]> {
    return engine().query(
      `select alert.module_name as module, (alert.details ->> 'difference')::int as difference,
         alert.closed_at is null as "isOpen", mirror.comparison_wanted_at is not null as "isWanted"
       from sync.alerts alert
       join sync.mirrors mirror on mirror.connection_id = alert.connection_id and mirror.key = alert.module_name
       where alert.connection_id = ? and alert.kind = 'sync.false_green'`,
      [org.connectionId],
    );
  }

  const resultOf = ({ result }: { result: unknown }) => result as Record<string, number>;

  it('brings what was inserted, updated and deleted, and moves the watermark', async () => {
    const org = await mirrored();
    const before = await watermark(org);
    org.zoho.changeRecords('Contacts', {
      insert: { count: 30 },
      update: { count: 40, values: { Title: 'changed' } },
      delete: { count: 20 },
    });
    org.zoho.changeRecords('Contacts', { delete: { count: 3 }, deletionType: 'permanent' });

    const session = await org.incrementalSync('Contacts');

    assertSame(await org.differences('Contacts'));
    const { created, deleted, zohoRows, mirrorRows } = resultOf(session);
    assert.deepEqual([session.sessionType, deleted, zohoRows, mirrorRows], ['incremental_sync', 23, 607, 607]);
    assert.ok(created !== undefined && created > 20);
    const after = await watermark(org);
    assert.ok(after.session === session.id && Date.parse(after.complete) > Date.parse(before.complete));
  });

  it('costs three credits where nothing has changed, and more once an hour', async () => {
    const org = await mirrored();

    const soon = await org.incrementalSync('Contacts');
    await org.hoursLater('Contacts');
    const later = await org.incrementalSync('Contacts');

    assert.deepEqual(
      [soon, later].map(({ creditsSpent, apiCallsMade }) => [Number(creditsSpent), Number(apiCallsMade)]),
      [
        [3, 2],
        [7, 6],
      ],
    );
    assert.deepEqual(
      [soon, later].map(({ verification }) => verification?.kind),
      ['changes', 'counts'],
    );
    assert.deepEqual([resultOf(soon).created, resultOf(soon).updated, resultOf(soon).deleted], [0, 0, 0]);
  });

  it('brings a restored record back, although nothing tells of it', async () => {
    const org = await mirrored();
    const { deleted } = org.zoho.changeRecords('Contacts', { delete: { count: 5 } });
    await org.incrementalSync('Contacts');
    org.zoho.moveClock({ advance: A_WHILE_MS });
    org.zoho.changeRecords('Contacts', { restore: deleted.slice(0, 2) });
    await org.hoursLater('Contacts');

    const session = await org.incrementalSync('Contacts');

    assertSame(await org.differences('Contacts'));
    assert.equal(resultOf(session).created, 2);
    assert.match((await org.logOf(session.id)).join('\n'), /INFO Zoho counts .* It is looked at once more\./);
  });

  it('refuses a module that it can add nothing to, and says what to do', async () => {
    const org = await engine().org({ contacts: 10 });
    org.zoho.addModule({ apiName: 'Timeless', rows: 5, fields: 3, withoutModifiedTime: true });
    await org.fullSync('Timeless');

    const unread = await org.waitFor(await org.startIncrementalSync('Contacts'), 'failed');
    const timeless = await org.waitFor(await org.startIncrementalSync('Timeless'), 'failed');

    assert.match(unread.errorMessage ?? '', /Run a full sync first/);
    assert.match(timeless.errorMessage ?? '', /no Modified_Time.*Run a full sync instead/);
  });

  it('leaves it to a person when more rows are to leave than the guard lets pass', async () => {
    const org = await mirrored(300);
    org.zoho.changeRecords('Contacts', { delete: { count: 90 } });

    const session = await org.incrementalSync('Contacts');
    const approval = await decide(org, 'Contacts', 'approve');

    assert.equal(resultOf(session).deleted, 0);
    assert.deepEqual([approval.shown.count, approval.shown.source, approval.removed], [90, 'delete_feed', 90]);
    assertSame(await org.differences('Contacts'));
  });

  it('completes with a warning where changes do not explain what is missing, until a full sync repairs it', async () => {
    const org = await mirrored();
    const before = await watermark(org);
    org.zoho.moveClock({ advance: -24 * HOUR_MS });
    org.zoho.changeRecords('Contacts', { insert: { count: 2 } });
    org.zoho.moveClock({ reset: true });

    await org.hoursLater('Contacts');
    const first = await org.incrementalSync('Contacts');
    await org.hoursLater('Contacts');
    const again = await org.incrementalSync('Contacts');

    assert.ok(Date.parse((await watermark(org)).complete) > Date.parse(before.complete));
    assert.match((await org.logOf(first.id)).join('\n'), /WARNING Zoho counts 602 .* none explains the difference/);
    assert.deepEqual(
      [first.verification, again.verification].map(
        (found) => found?.kind === 'counts' && [found.outcome, found.unexplained],
      ),
      [
        ['unexplained', 2],
        ['known', 2],
      ],
    );
    assert.deepEqual(await falseGreen(org), [{ module: 'Contacts', difference: 2, isOpen: true, isWanted: true }]);

    await org.fullSync('Contacts');

    assertSame(await org.differences('Contacts'));
    assert.deepEqual(await falseGreen(org), [{ module: 'Contacts', difference: 2, isOpen: false, isWanted: true }]);
  });

  it('can be paused and resumed, and keeps another one of its module away, but no full sync', async () => {
    const org = await mirrored();
    org.zoho.changeRecords('Contacts', { insert: { count: 5 } });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 1_500, times: 1 });
    const sessionId = await org.startIncrementalSync('Contacts');
    await org.until(sessionId, 'catches up', ({ phase }) => phase === 'catching up');

    await org.pause('Contacts');
    await org.waitFor(sessionId, 'paused');
    await assert.rejects(org.startIncrementalSync('Contacts'), { name: 'ActiveSessionExists' });
    await org.fullSync('Contacts', { path: 'list' });
    assert.equal((await getSession(engine().knex, sessionId)).status, 'paused');
    await org.resume('Contacts', 'incremental_sync');
    await org.waitFor(sessionId, 'completed');

    assertSame(await org.differences('Contacts'));
  });

  it('loses nothing to a kill -9 of the worker in the middle of its walk', async () => {
    const org = await mirrored(100);
    for (let second = 0; second < 30; second += 1) {
      org.zoho.moveClock({ advance: 1_000 });
      org.zoho.changeRecords('Contacts', { insert: { count: PAGE } });
    }
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 60 });

    const sessionId = await org.startIncrementalSync('Contacts');
    await org.until(sessionId, 'has loaded a chunk', async () => (await org.countOf('session_chunks', sessionId)) > 0);
    await engine().worker.kill();
    org.zoho.clearFaults();
    await engine().worker.start();
    const session = await org.waitFor(sessionId, 'completed', 60_000);

    assert.equal(resultOf(session).created, 30 * PAGE);
    assertSame(await org.differences('Contacts'));
  });
});
