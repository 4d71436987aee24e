import assert from 'node:assert/strict';
import type { QuarantineEntryAnswer } from '../../../src/api/quarantine/schemas';
import { openSecrets, saveIssuedToken } from '../../../src/db/connections/connection-secrets';
import { getConnection } from '../../../src/db/connections/connections';
import { SealedValueInvalid } from '../../../src/db/postgres/encryption';
import { KEY_RING } from '../../db/support';
import { NO_TEMPORAL, useApi } from '../support/api';
import { noticeOf, someChannel, type SomeChannel } from '../webhooks/some-channel';

const RECORD = '77';

/** Two organizations have the same module with the same ids: whatever is asked of one leaves the other alone. */
describe('two organizations', function () {
  this.timeout(20_000);
  const api = useApi(() => NO_TEMPORAL);
  let one: SomeChannel;
  let other: SomeChannel;
  before(async () => {
    [one, other] = await Promise.all([someChannel(api.knex), someChannel(api.knex)]);
  });

  const nameOf = async ({ connectionId }: SomeChannel) => (await getConnection(api.knex, connectionId)).name;
  const inboxes = async () =>
    api
      .knex('sync.notification_inbox')
      .whereIn('mirror_id', [one.mirrorId, other.mirrorId])
      .pluck<number[]>('mirror_id');
  const send = async ({ path }: SomeChannel, notice: object) =>
    (await api.call('POST', `/api/v1/webhooks/zoho/${path}`, { as: null, json: notice })).status;
  beforeEach(() => api.knex('sync.notification_inbox').delete());

  it('do not share what Zoho tells of', async () => {
    const refused = [
      await send(one, noticeOf(other)),
      await send(other, noticeOf(one)),
      await send({ ...one, path: other.path }, noticeOf({ ...other, channelId: one.channelId })),
    ];
    assert.deepEqual([refused, await inboxes()], [[404, 404, 404], []]);

    assert.equal(await send(one, noticeOf(one, { ids: [RECORD] })), 200);

    assert.deepEqual(await inboxes(), [one.mirrorId]);
  });

  it('do not share their quarantine', async () => {
    for (const [{ connectionId }, value] of [
      [one, 'of one'],
      [other, 'of the other'],
    ] as const) {
      await api.knex('sync.quarantine').insert({
        connection_id: connectionId,
        module_name: 'Deals',
        record_id: RECORD,
        field: 'amount',
        reason: 'The value does not fit numeric.',
        fields: JSON.stringify([{ field: 'amount', reason: 'The value does not fit numeric.', type: 'numeric' }]),
        raw_data: JSON.stringify({ amount: value }),
        read_at: new Date(),
      });
    }
    const path = `/api/v1/quarantine/Deals/${RECORD}`;
    const query = `?connection=${await nameOf(one)}`;

    await api.call('POST', `${path}/retry${query}`, { json: {} });
    await api.call('POST', `${path}/ignore${query}`, { json: {} });

    assert.deepEqual(await inboxes(), [one.mirrorId]);
    const list = async (filter: string) =>
      ((await api.call('GET', `/api/v1/quarantine${filter}`)).body as { entries: QuarantineEntryAnswer[] }).entries;
    assert.deepEqual(
      (await list(query)).map(({ connection, status }) => [connection, status]),
      [[await nameOf(one), 'ignored']],
    );
    assert.deepEqual(
      (await list(`?connection=${await nameOf(other)}`)).map(({ status }) => status),
      ['open'],
    );
    const shown = JSON.stringify((await api.call('GET', `${path}${query}`)).body);
    assert.ok(shown.includes('of one') && !shown.includes('of the other'), shown);
    assert.equal((await api.call('GET', path)).status, 422);
  });

  it('do not share their tokens: one that is put into the row of the other does not open', async () => {
    const issued = { accessToken: 'a token of one', expiresAt: new Date(Date.now() + 3_600_000) };
    await saveIssuedToken(api.knex, KEY_RING, await getConnection(api.knex, one.connectionId), issued);
    const owner = await getConnection(api.knex, one.connectionId);
    await api.knex('sync.connections').where({ id: other.connectionId }).update({
      access_token_encrypted: owner.accessTokenEncrypted,
      access_token_expires_at: owner.accessTokenExpiresAt,
    });

    assert.equal(openSecrets(KEY_RING, owner).accessToken, 'a token of one');
    const thief = await getConnection(api.knex, other.connectionId);
    assert.throws(() => openSecrets(KEY_RING, thief), SealedValueInvalid);
  });
});
