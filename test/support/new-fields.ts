import { fillWorkflowId } from '../../src/temporal/ids';
import { housekeep } from './housekeeping';
import type { Org } from './org';

/** A field that a test gives a module in Zoho. */
export interface NewField {
  field_label: string;
  data_type: string;
  length?: number;
}

/** Gives a module a new field in Zoho, and lets the next sync notice. @returns its id */
export async function addField(org: Org, module: string, field: NewField): Promise<string> {
  const { simulation } = org.zoho;
  const opened = simulation.records.find(module);
  if (!opened) throw new Error(`There is no module ${module}.`);
  const id = simulation.customFields.create(opened, { ...field }, 0);
  await noticeFields(org, module);
  return id;
}

/** Lets the next sync of a module read its fields. */
export async function noticeFields(org: Org, module: string): Promise<void> {
  await org.engine.knex.raw(
    'update sync.mirrors set fields_checked_at = null where connection_id = ? and api_name = ?',
    [org.connectionId, module],
  );
}

/** Lets the values of new columns be read, and waits until they are. @returns the id of the workflow */
export async function fillNewColumns(org: Org, module: string, fields: readonly string[]): Promise<string> {
  const { engine, name } = org;
  await housekeep(engine, 'startColumnFills');
  const workflowId = fillWorkflowId(name, module, fields);
  await engine.temporal.client.workflow.getHandle(workflowId).result();
  return workflowId;
}
