import assert from 'node:assert/strict';
import type { Plan } from '../../src/api/plans/schemas';
import { NO_TEMPORAL, useApi } from '../api/support/api';
import { someConnection } from '../db/support';
import { pulse } from './support';

describe('pulse plan', () => {
  const api = useApi(() => NO_TEMPORAL);

  it('shows calls, credits, time, and what was rejected and why', async () => {
    const { name } = await someConnection(api.knex);

    const { code, out } = await pulse(api, [
      ...['plan', 'read', 'Deals', '--connection', name, '--rows', '450_000', '--fields', '40'],
      ...['--fields-not-in-coql', '3', '--latency-ms', '200'],
    ]);

    assert.equal(code, 0);
    assert.match(out, /^bulk: The only adequate method\.\n/);
    assert.match(out, /^create_bulk_read_job +3 +150$/m);
    assert.match(out, /^together +12 +159$/m);
    assert.match(out, /^list +2,250 +2,250 +7 min 30 s {2}Not adequate: page tokens end at 100000 rows\.$/m);
    assert.match(out, /^latencyMs +200$/m);
  });

  it('plans writes, as JSON too', async () => {
    const { name } = await someConnection(api.knex);

    const { out } = await pulse(api, [
      ...['plan', 'write', 'Deals', '--operation', 'update', '--rows', '40000', '--connection', name, '--json'],
      ...['--same-values', '--has-view', '--no-outcomes'],
    ]);

    assert.equal((JSON.parse(out) as Plan).method, 'mass_update_view');
  });

  it('does not hide that no method is adequate', async () => {
    const { name } = await someConnection(api.knex);

    const { out } = await pulse(api, [
      ...['plan', 'write', 'Deals', '--operation', 'insert', '--rows', '1000', '--connection', name],
      ...['--credits-left', '50'],
    ]);

    assert.match(out, /^NOT ADEQUATE {2}record_batches: .*it costs 100 credits and 45 may be spent/);
  });

  it('wants to know what is written', async () => {
    assert.equal((await pulse(api, ['plan', 'write', 'Deals', '--rows', '10'])).code, 2);
  });
});
