import assert from 'node:assert/strict';
import type { ModuleSchema, SchemaChange } from '../../../src/api/schema-changes/schemas';
import { listAuditEntries } from '../../../src/db/access/audit-log';
import { adaptMirror } from '../../../src/db/schema-changes/adapt-mirror';
import { mapFields } from '../../../src/domain/mirror/mirror-field';
import { pulse } from '../../cli/support';
import { metadata, NAME, someMirror, type MirrorUnderTest, type SomeField } from '../../db/mirror/support';
import { NO_TEMPORAL, useApi, type Answer } from '../support/api';

const PATH = '/api/v1/schema-changes';
const VISITS: SomeField = { apiName: 'Visits', dataType: 'text' };
const REASON = 'reports read it as text';

describe('schema changes', () => {
  const api = useApi(() => NO_TEMPORAL);
  let deals: MirrorUnderTest;
  let change: SchemaChange;
  beforeEach(async () => {
    deals = await someMirror(api.knex, [NAME, VISITS]);
    await sync([NAME, VISITS]);
    await sync([NAME, { ...VISITS, dataType: 'integer' }]);
    change = (await list())[0] ?? assert.fail('Nothing waits.');
  });

  async function sync(fields: readonly SomeField[]): Promise<void> {
    await adaptMirror(api.knex, deals.mirror, () => mapFields(metadata(fields)));
  }
  const list = async (query = 'state=waiting'): Promise<SchemaChange[]> => {
    const { body } = await api.call('GET', `${PATH}?connection=${deals.mirror.connectionId}&${query}`, {
      as: 'viewer',
    });
    return (body as { schemaChanges: SchemaChange[] }).schemaChanges;
  };
  const decide = (decision: string, version = change.version, as: 'operator' | 'admin' = 'admin') =>
    api.call('POST', `${PATH}/${change.id}/${decision}`, { as, json: { version, reason: REASON } });
  const codeOf = ({ status, body }: Answer) => [status, (body as { code?: string }).code];
  const changeOf = ({ body }: Answer) => (body as { schemaChange: SchemaChange }).schemaChange;

  it('are listed, and shown with what they take', async () => {
    const shown = await api.call('GET', `${PATH}/${change.id}`, { as: 'viewer' });

    assert.deepEqual(changeOf(shown), change);
    assert.deepEqual(
      [change.module, change.kind, change.before?.type, change.after?.type, change.plan.misfits],
      ['Deals', 'type_other', 'text', 'integer', 0],
    );
    assert.equal(change.plan.statements.length, 3);
    assert.deepEqual(await list('module=Contacts'), []);
    assert.deepEqual(await list('state=applied,rejected'), []);
  });

  it('are decided while Temporal is away, once', async () => {
    const approved = await decide('approve');
    const again = await decide('approve');

    assert.deepEqual([changeOf(approved).state, changeOf(again).state], ['approved', 'approved']);
    assert.deepEqual([changeOf(again).decidedBy, changeOf(again).reason], [api.actor('admin'), REASON]);
    assert.deepEqual(codeOf(await decide('reject')), [409, 'schema_change_decided']);
  });

  it('are turned down with a reason', async () => {
    const silent = await api.call('POST', `${PATH}/${change.id}/reject`, {
      as: 'admin',
      json: { version: change.version },
    });

    assert.equal(silent.status, 422);
    assert.equal(changeOf(await decide('reject')).state, 'rejected');
  });

  it('are decided only by who has seen what they show now', async () => {
    assert.deepEqual(codeOf(await decide('approve', change.version + 1)), [412, 'precondition_failed']);
  });

  it('leave an audit entry with the decision', async () => {
    await decide('reject');

    const entries = await listAuditEntries(api.knex, { target: `schema-change/${change.id}` }, 20);
    assert.deepEqual(
      entries.map(({ actor, action, outcome }) => [actor, action, outcome]),
      [[api.actor('admin'), 'schema_change.reject', 'succeeded']],
    );
  });

  it('are for admins', async () => {
    assert.deepEqual(codeOf(await decide('approve', change.version, 'operator')), [403, 'forbidden']);
  });

  it('answer 404 for one that nobody knows', async () => {
    const answer = await api.call('GET', `${PATH}/01890000-0000-7000-8000-000000000000`);

    assert.deepEqual(codeOf(answer), [404, 'schema_change_not_found']);
  });

  it('leave the columns of a module to see', async () => {
    const { connectionId } = deals.mirror;
    const { body } = await api.call('GET', `/api/v1/modules/deals/schema?connection=${connectionId}`, { as: 'viewer' });
    const shown = await pulse(api, ['schema', 'fields', 'Deals', '--connection', connectionId]);
    const unknown = await api.call('GET', `/api/v1/modules/Nothing/schema?connection=${connectionId}`);

    const { fields } = body as ModuleSchema;
    assert.deepEqual(
      fields.map(({ apiName, column, type, wantedType, status }) => [apiName, column, type, wantedType, status]),
      [
        ['Deal_Name', 'deal_name', 'text', null, 'active'],
        ['Visits', 'visits', 'text', 'integer', 'active'],
      ],
    );
    assert.match(shown.out, /Visits +visits +text \(wanted: integer\) +not filled/);
    assert.deepEqual(codeOf(unknown), [404, 'mirror_not_found']);
  });

  it('are decided by command, which `show` prints', async () => {
    const shown = await pulse(api, ['schema', 'show', change.id]);
    const command = /pulse (schema approve .*)$/m.exec(shown.out)?.[1] ?? assert.fail(shown.out);
    const decided = await pulse(api, command.split(' '), api.keys.admin);
    const listed = await pulse(api, ['schema', 'changes', '--state', 'approved', '--json']);

    assert.deepEqual([shown.code, decided.code, listed.code], [0, 0, 0]);
    assert.match(shown.out, /visits text -> integer/);
    assert.match(decided.out, /state +approved/);
    assert.ok(listed.out.includes(change.id));
  });
});
