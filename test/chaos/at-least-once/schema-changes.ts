import type { EngineApi } from '../../support/engine-api';
import { addField, fillNewColumns } from '../../support/new-fields';
import type { Org } from '../../support/org';
import type { Scenario } from './scenario';

/** A field that is new in Zoho and has values there, of records that were not modified. */
async function fillColumn({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ contacts: 500 });
  await org.fullSync('Contacts', { path: 'list' });
  org.zoho.moveClock({ advance: 900_000 });
  await addField(org, 'Contacts', { field_label: 'Region', data_type: 'text', length: 50 });
  org.zoho.changeRecords('Contacts', { update: { count: 300, values: { Region: 'North' } }, silent: true });
  await org.incrementalSync('Contacts');
  await fillNewColumns(org, 'Contacts', ['Region']);
  return org;
}

export const SCHEMA_CHANGES: readonly Scenario[] = [
  { title: 'a column that is new', meets: ['readNewColumns'], play: fillColumn },
];
