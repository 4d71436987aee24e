import assert from 'node:assert/strict';
import type { FaultRule } from '../../simulator';
import { getConnection } from '../../src/db/connections/connections';
import type { ReadPath } from '../../src/domain/runs/enums';
import { assertSame } from '../support/compare';
import { useEngine } from '../support/use-engine';

const DEADLINE_MS = 60_000;

interface Trouble {
  name: string;
  path: ReadPath;
  faults: readonly FaultRule[];
}

const TROUBLES: readonly Trouble[] = [
  {
    name: 'a burst of 429',
    path: 'list',
    faults: [{ kind: 'throttle', operation: 'listRecords', after: 6, times: 3 }],
  },
  {
    name: 'a burst of 429 while a job is awaited and fetched',
    path: 'bulk',
    faults: [
      { kind: 'throttle', operation: 'getBulkRead', times: 1 },
      { kind: 'throttle', operation: 'downloadBulkRead', times: 2 },
    ],
  },
  {
    name: 'a burst of 5xx',
    path: 'list',
    faults: [
      { kind: 'error', status: 500, operation: 'getModule', times: 1 },
      { kind: 'error', status: 502, operation: 'listRecords', after: 3, times: 2 },
      { kind: 'html', status: 503, operation: 'countRecords', times: 1 },
    ],
  },
  {
    name: 'a result file that is cut off twice',
    path: 'bulk',
    faults: [{ kind: 'truncate', operation: 'downloadBulkRead', times: 2 }],
  },
  {
    name: 'connections that are reset',
    path: 'list',
    faults: [{ kind: 'reset', operation: 'listRecords', after: 4, times: 2 }],
  },
  {
    name: 'pages that are cut off or are no JSON',
    path: 'list',
    faults: [
      { kind: 'truncate', operation: 'listRecords', after: 2, times: 1 },
      { kind: 'malformed-json', operation: 'listRecords', after: 2, times: 1 },
    ],
  },
  {
    name: 'a call that never answers',
    path: 'list',
    faults: [{ kind: 'timeout-before-apply', operation: 'listRecords', after: 5, times: 1 }],
  },
  {
    name: 'an order for a job whose answer is lost',
    path: 'bulk',
    faults: [{ kind: 'timeout-after-apply', operation: 'createBulkRead', times: 1, delayMs: 500 }],
  },
];

describe('a full sync and a Zoho that misbehaves', function () {
  this.timeout(90_000);
  const engine = useEngine();

  for (const { name, path, faults } of TROUBLES) {
    it(`ends by itself with a mirror that is right after ${name} (${path})`, async () => {
      const org = await engine().org({ contacts: 2_500 });
      const active = faults.map((fault) => org.zoho.addFault(fault));

      const sessionId = await org.startFullSync('Contacts', { path });
      await org.waitFor(sessionId, 'completed', DEADLINE_MS);

      for (const { kind, struck, times } of active) assert.equal(struck, times, `${kind} was to strike`);
      assertSame(await org.differences('Contacts'));
    });
  }

  it('ends by itself with a mirror that is right after an access token that expires while pages are read', async () => {
    const org = await engine().org({ contacts: 4_000 });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 30 });

    const sessionId = await org.startFullSync('Contacts', { path: 'list' });
    await org.until(sessionId, 'has read some pages', () => org.calls('listRecords') > 5);
    org.zoho.expireAccessTokens();
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assert.equal(org.calls('token'), 2);
    assertSame(await org.differences('Contacts'));
  });

  it('ends by itself with a mirror that is right after a bulk-read job that fails at Zoho', async () => {
    const org = await engine().org({ contacts: 800 });
    org.zoho.failBulkReads(1);

    await org.fullSync('Contacts', { path: 'bulk' });

    assert.equal(org.zoho.bulkReads().length, 2);
    assertSame(await org.differences('Contacts'));
  });

  it('ends by itself with a mirror that is right after page tokens that Zoho no longer accepts', async () => {
    const org = await engine().org({ contacts: 4_000 });
    org.zoho.addFault({ kind: 'latency', operation: 'listRecords', delayMs: 30 });

    const sessionId = await org.startFullSync('Contacts', { path: 'list' });
    await org.until(sessionId, 'has read some pages', () => org.calls('listRecords') > 5);
    org.zoho.moveClock({ advance: 25 * 3_600_000 });
    await org.waitFor(sessionId, 'completed', DEADLINE_MS);

    assertSame(await org.differences('Contacts'));
  });

  it('fails when its grant was revoked, says so, and marks the connection', async () => {
    const org = await engine().org({ contacts: 100 });
    org.zoho.revokeTokens();

    const session = await org.waitFor(await org.startFullSync('Contacts'), 'failed');

    assert.match(session.errorMessage ?? '', /Connect the Zoho organization again/);
    assert.equal((await getConnection(engine().knex, org.connectionId)).status, 'needs_reauth');
  });
});
