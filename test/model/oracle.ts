import { isLookup, isUserField, type FieldDefinition } from '../../simulator/data/field';
import { readExactJson, type ExactObject, type ExactValue } from '../support/exact-json';
import { expectedCells, mirrorColumnsOf, type Cells } from '../support/expected-cells';
import type { Org } from '../support/org';
import { misfitsOf } from './values';

/** A record that is not in the mirror as it is in Zoho. */
export interface Difference {
  readonly id: string;
  readonly what: string;
}

interface MirroredField {
  readonly field: FieldDefinition;
  readonly columns: readonly { readonly name: string; readonly sql: string }[];
}

/**
 * Compares every field of every record of a module with the mirror, by a conversion of its own. A record is excused only
 * if one of its values does not fit and the quarantine names it, with the field, or if a person decides about its removal.
 */
export async function findDifferences(org: Org, module: string): Promise<Difference[]> {
  const { fields, missing } = await mirroredFields(org, module);
  const rows = await mirrorRows(org, module, fields);
  const quarantine = await quarantined(org, module);
  const differences: Difference[] = missing.map((name) => ({ id: '', what: `field ${name} has no column` }));
  const definitions = fields.map(({ field }) => field);
  for (const record of recordsOf(org, module)) {
    const id = record['id'] as string;
    const row = rows.get(id);
    rows.delete(id);
    const misfits = misfitsOf(definitions, record);
    const named = quarantine.get(id);
    quarantine.delete(id);
    if (misfits.length > 0) {
      const columns = fields
        .filter(({ field }) => misfits.includes(field.apiName))
        .map((field) => field.columns[0]?.name);
      const unnamed = columns.filter((column) => column && !named?.split(',').includes(column));
      if (unnamed.length > 0)
        differences.push({
          id,
          what: `${unnamed.join()} does not fit, and the quarantine names ${named ?? 'nothing'}`,
        });
      continue;
    }
    if (named) differences.push({ id, what: `in quarantine for ${named}, and fits` });
    differences.push(...differencesOf(org, fields, record, row));
  }
  const held = await heldIds(org, module);
  for (const id of rows.keys()) if (!held.has(id)) differences.push({ id, what: 'only in the mirror' });
  for (const [id, named] of quarantine) differences.push({ id, what: `in quarantine for ${named}, and not in Zoho` });
  return differences;
}

function differencesOf(
  org: Org,
  fields: readonly MirroredField[],
  record: ExactObject,
  row: Cells | undefined,
): Difference[] {
  const id = record['id'] as string;
  if (!row) return [{ id, what: 'not in the mirror' }];
  return fields.flatMap(({ field, columns }) => {
    const wanted = Object.values(expectedCells([field], record));
    return columns.flatMap(({ name }, place) =>
      wanted[place] === row[name] ||
      (row[name] === null && place > 0 && pointsToNothing(org, field, record[field.apiName]))
        ? []
        : [{ id, what: `${name}: Zoho ${JSON.stringify(wanted[place])}, mirror ${JSON.stringify(row[name])}` }],
    );
  });
}

/** Whether a record points to one that was deleted: lists show its last name and exports none, so the mirror has either. */
function pointsToNothing(
  org: Org,
  { lookupModule, ...field }: FieldDefinition,
  value: ExactValue | undefined,
): boolean {
  const id = (value as ExactObject | null | undefined)?.['id'];
  if (lookupModule === undefined || isUserField({ lookupModule, ...field }) || typeof id !== 'string') return false;
  return org.zoho.simulation.records.find(lookupModule)?.store.liveRow(id) === undefined;
}

function recordsOf(org: Org, module: string): ExactObject[] {
  const text = Buffer.concat([...org.zoho.exportRecords(module)]).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => readExactJson(line) as ExactObject);
}

/** The fields that Zoho shows, with their columns. */
async function mirroredFields(org: Org, module: string): Promise<{ fields: MirroredField[]; missing: string[] }> {
  const known = await org.engine.query<{ name: string; columns: (string | null)[] }>(
    `select api_name as name, array[definition ->> 'column', definition ->> 'nameColumn'] as columns
     from sync.module_fields where connection_id = ? and module_name = ? and status = 'active'`,
    [org.connectionId, module],
  );
  const columnsOf = new Map(known.map(({ name, columns }) => [name, columns]));
  const shown = org.zoho.simulation.catalog.module(module)?.columns.map(({ field }) => field) ?? [];
  const fields = shown.flatMap((field) => {
    const [column, nameColumn] = columnsOf.get(field.apiName) ?? [];
    if (!column) return [];
    const names = isLookup(field) ? [column, nameColumn ?? ''] : [column];
    return [{ field, columns: mirrorColumnsOf(field, names) }];
  });
  const missing = shown.map(({ apiName }) => apiName).filter((name) => !columnsOf.has(name));
  return { fields, missing };
}

async function mirrorRows(org: Org, module: string, fields: readonly MirroredField[]): Promise<Map<string, Cells>> {
  const columns = fields.flatMap((field) => field.columns);
  const cells = columns.map(({ sql }, index) => `(${sql})::text as c${index}`);
  const rows = await org.engine.query<Record<string, string | null>>(
    `select ${['id::text as id', ...cells].join(', ')} from ${org.table(module)}`,
  );
  return new Map(
    rows.map((row) => [
      String(row['id']),
      Object.fromEntries(columns.map(({ name }, index) => [name, row[`c${index}`] ?? null])),
    ]),
  );
}

async function quarantined(org: Org, module: string): Promise<Map<string, string>> {
  const entries = await org.engine.query<{ id: string; fields: string }>(
    `select record_id::text as id, (select string_agg(cell ->> 'field', ',') from jsonb_array_elements(fields) cell) as fields
     from sync.quarantine where connection_id = ? and module_name = ? and status <> 'closed'`,
    [org.connectionId, module],
  );
  return new Map(entries.map(({ id, fields }) => [id, fields]));
}

/** Records that stay in the mirror until a person decides, or since one has. */
async function heldIds(org: Org, module: string): Promise<ReadonlySet<string>> {
  const held = await org.engine.query<{ id: string }>(
    `select h.record_id::text as id from sync.held_removals h join sync.mirrors m on m.id = h.mirror_id
     where m.connection_id = ? and m.key = ?`,
    [org.connectionId, module],
  );
  return new Set(held.map(({ id }) => id));
}
