import assert from 'node:assert/strict';
import { SWITCHES } from '../../simulator';
import { parseSwitch } from '../../simulator/switches';
import { refresh } from './support';
import { codes, statuses, useSwitches } from './switch-bed';

describe('simulator: switches', () => {
  const { bed, both, flip, search } = useSwitches();

  it('are changed over HTTP and go back with a reset', async () => {
    const changed = await bed().call('/__simulator/switches', { method: 'POST', json: { unknownFields: 'refuse' } });
    await bed().call('/__simulator/reset', { method: 'POST' });
    const after = await bed().call('/__simulator/switches');

    assert.equal(changed.body['unknownFields'], 'refuse');
    assert.equal(after.body['unknownFields'], SWITCHES.unknownFields.standard);
  });

  it('refuse names and values that do not exist, and then change nothing', async () => {
    const name = await bed().call('/__simulator/switches', { method: 'POST', json: { searchCredits: 3, nope: 1 } });
    const value = await bed().call('/__simulator/switches', { method: 'POST', json: { searchCredits: 2 } });

    assert.deepEqual([name.status, value.status], [400, 400]);
    assert.equal(bed().simulator.control.switches().searchCredits, 1);
  });

  it('are read from the command line by the type of their value', () => {
    const parsed = ['bearerScheme=false', 'searchIndexLagMs=500', 'bulkReadSeparator=,'].map(parseSwitch);

    assert.deepEqual(parsed, [{ bearerScheme: false }, { searchIndexLagMs: 500 }, { bulkReadSeparator: ',' }]);
    assert.throws(() => parseSwitch('searchIndexLagMs=soon'), /whole number/);
  });

  it('bearerScheme', async () => {
    const headers = { Authorization: `Bearer ${bed().token}` };

    const answers = await both({ bearerScheme: false }, () => bed().call('/crm/v8/org', { headers }));

    assert.deepEqual(statuses(answers), [200, 401]);
  });

  it('activeAccessTokens', async () => {
    flip({ activeAccessTokens: 10 });

    for (let i = 0; i < 10; i++) await refresh(bed().simulator.url);

    assert.equal((await bed().call('/crm/v8/org')).status, 401);
  });

  it('throttleCode', async () => {
    bed().simulator.control.addFault({ kind: 'throttle' });

    const answers = await both({ throttleCode: 'RATE_LIMIT_EXCEEDED' }, () => bed().call('/crm/v8/org'));

    assert.deepEqual(codes(answers), ['TOO_MANY_REQUESTS', 'RATE_LIMIT_EXCEEDED']);
  });

  it('retryAfterSeconds', async () => {
    bed().simulator.control.addFault({ kind: 'throttle' });

    const answers = await both({ retryAfterSeconds: 30 }, () => bed().call('/crm/v8/org'));

    assert.deepEqual(
      answers.map(({ headers }) => headers.get('retry-after')),
      [null, '30'],
    );
  });

  it('searchCredits', async () => {
    await both({ searchCredits: 3 }, () => search('(Stage:equals:Closed Won)'));

    assert.equal(bed().simulator.control.calls().operations['searchRecords']?.credits, 4);
  });

  it('jobPollingCredits', async () => {
    await both({ jobPollingCredits: 1 }, () => bed().call('/crm/bulk/v8/read/1'));

    assert.equal(bed().simulator.control.calls().operations['getBulkRead']?.credits, 1);
  });
});
