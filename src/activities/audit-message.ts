import { insertAuditEntryOnce } from '../db/access/audit-log';
import { getBulkOperation } from '../db/bulk-operations/bulk-operations';
import type { RunRef } from '../domain/runs/run';
import type { ActivityDependencies } from './dependencies';

/** A message that reached the workflow of a run past the control API. */
export interface AuditedMessage {
  run: RunRef;
  /** Name of the signal or update. */
  name: string;
  /** `succeeded` or `refused`. */
  outcome: string;
  /** Tells the delivery from every other one. */
  delivery: string;
  details: object;
}

/** Name of a sender that nobody has checked. */
const ACTOR = 'temporal';

/** Writes a message to a run into the audit log, like the API's commands. Idempotent by its delivery. */
export async function auditMessage(
  { knex }: ActivityDependencies,
  { run, name, outcome, delivery, details }: AuditedMessage,
): Promise<void> {
  const kind = run.kind === 'session' ? 'session' : (await getBulkOperation(knex, run.id)).kind;
  const entry = { actor: ACTOR, action: `${kind}.${kebab(name)}`, target: `${kind}/${run.id}`, outcome, details };
  await insertAuditEntryOnce(knex, delivery, entry);
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
