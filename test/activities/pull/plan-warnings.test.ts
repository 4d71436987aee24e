import assert from 'node:assert/strict';
import { loadMirror } from '../../../src/activities/pull/load-mirror';
import { planFullSync } from '../../../src/activities/pull/plan-full-sync';
import { qualifiedTable } from '../../../src/db/mirror/mirror-module';
import type { SyncTarget } from '../../../src/temporal/contract/targets';
import { someSession } from '../../db/support';
import { startZohoFront, type ZohoFront } from '../../support/zoho-front';
import { someOrganization, useActivities } from '../support';

interface Field {
  id: string;
  api_name: string | null;
  data_type: string;
}

interface Organization {
  license_details: object;
}

const FIELDS = '/crm/v8/settings/fields';
const ORGANIZATION = '/crm/v8/org';
/** A job of bulk read names so many at most. */
const BULK_FIELDS = 200;
/** A table has 1,600 columns at most. */
const FULL_TABLE = 1_600;

describe('warnings of a plan', () => {
  const fixture = useActivities();
  let front: ZohoFront;
  let changeFields: (fields: Field[]) => Field[];
  let edition: string | undefined;
  before(async () => {
    front = await startZohoFront(fixture.simulator.url, async ({ path }, ask) => {
      if (path.startsWith(FIELDS)) {
        const { fields } = JSON.parse((await ask()).toString()) as { fields: Field[] };
        return { body: { fields: changeFields(fields) } };
      }
      if (edition === undefined || path !== ORGANIZATION) return undefined;
      const { org } = JSON.parse((await ask()).toString()) as { org: Organization[] };
      return { body: { org: org.map((one) => ({ ...one, license_details: { paid_type: edition } })) } };
    });
  });
  after(() => front.close());
  beforeEach(() => {
    changeFields = (fields) => fields;
    edition = undefined;
  });

  async function target(module = 'Accounts'): Promise<SyncTarget> {
    const { id: connectionId } = await someOrganization(fixture.knex, front.url);
    const { id: sessionId } = await someSession(fixture.knex, { connectionId, moduleName: module });
    return { connectionId, sessionId, module };
  }

  const warningsOf = async (at: SyncTarget): Promise<string[]> =>
    (await fixture.run(() => planFullSync(fixture.deps, at))).warnings;

  const replace = (name: string, by: Partial<Field>) => (fields: Field[]) =>
    fields.map((field) => (field.api_name === name ? { ...field, ...by } : field));

  async function tableOf(at: SyncTarget): Promise<string> {
    return qualifiedTable(await loadMirror(fixture.deps, at));
  }

  it('are none for a module whose fields are as expected', async () => {
    const at = await target();
    await warningsOf(at);

    assert.deepEqual(await warningsOf(at), []);
  });

  it('name a field that cannot be read', async () => {
    changeFields = (fields) => [...fields, { id: '4711', api_name: null, data_type: 'text' }];

    assert.deepEqual(await warningsOf(await target()), [
      'Zoho lists a field that cannot be read, and it is left out: 4711 (no usable api_name).',
    ]);
  });

  it('name a field that Zoho no longer shows', async () => {
    const at = await target();
    await warningsOf(at);
    changeFields = (fields) => fields.filter((field) => field.api_name !== 'Website');

    assert.deepEqual(await warningsOf(at), ['Zoho no longer shows Website; its column keeps the last values.']);
  });

  it('name a column that cannot take the type of its field', async () => {
    const at = await target();
    await warningsOf(at);
    changeFields = replace('Website', { data_type: 'integer' });

    const [warning = ''] = await warningsOf(at);

    assert.match(
      warning,
      /^The column website of Website stays text and does not become integer \(it waits for a decision: .+\)\.$/,
    );
  });

  it('name a column that cannot take the name of its field', async () => {
    const at = await target();
    await warningsOf(at);
    await fixture.knex.raw(`alter table ${await tableOf(at)} add column home_page text`);
    changeFields = replace('Website', { api_name: 'Home_Page' });

    const [warning = ''] = await warningsOf(at);

    assert.match(
      warning,
      /^The column website of Home_Page keeps its name and is not renamed to home_page \(.*another column home_page\)\.$/,
    );
  });

  it('name a field that finds no column', async () => {
    const at = await target();
    await warningsOf(at);
    const table = await tableOf(at);
    const { rows } = await fixture.knex.raw<{ rows: { last: number }[] }>(
      'select max(attnum)::int as last from pg_attribute where attrelid = to_regclass(?)',
      [table],
    );
    const others = Array.from(
      { length: FULL_TABLE - (rows[0]?.last ?? 0) },
      (_, index) => `add column other_${index} bool`,
    );
    await fixture.knex.raw(`alter table ${table} ${others.join(', ')}`);
    changeFields = (fields) => [...fields, { ...fields[0], id: '4712', api_name: 'One_More', data_type: 'text' }];

    const [warning = ''] = await warningsOf(at);

    assert.match(
      warning,
      /^One_More is left out, since its column one_more could not be added \(it waits for a decision: .+\)\.$/,
    );
  });

  it('name the lookups that an export has no room to name', async () => {
    const more = Array.from({ length: BULK_FIELDS }, (_, index) => `Extra_${index}`);
    changeFields = (fields) => [
      ...fields,
      ...more.map((name, index) => ({ ...fields[0], id: String(5_000 + index), api_name: name, data_type: 'text' })),
    ];
    const at = await target('Contacts');

    const { warnings } = await fixture.run(() => planFullSync(fixture.deps, { ...at, path: 'bulk' }));

    assert.deepEqual(warnings, [
      'An export has no room for the names behind Account_Name: they come from the mirrors of the modules these point to.',
    ]);
  });

  it('name an edition whose limits are not known', async () => {
    edition = 'galactic';

    assert.deepEqual(await warningsOf(await target()), [
      'Zoho calls the edition of the organization galactic, whose limits are not known: those of the smallest edition are kept until you set them.',
    ]);
  });
});
