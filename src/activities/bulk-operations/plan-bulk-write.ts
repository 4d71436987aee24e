import { assignFiles, type BulkWriteFileGroup } from '../../db/bulk-operations/bulk-write-files';
import { planJob } from '../../db/bulk-operations/bulk-write-jobs';
import { bulkWriteColumns } from '../../domain/records/bulk-write-columns';
import { MAX_BULK_WRITE_FILES } from '../../domain/runs/bulk-operations';
import { CREDITS, LIMITS } from '../../domain/zoho-limits';
import { FAILURES, permanentFailure } from '../../temporal/contract/failures';
import type { BulkWritePlan } from '../../temporal/contract/results';
import type { OperationTarget } from '../../temporal/contract/targets';
import { getFields, type ZohoField } from '../../zoho/metadata/fields';
import type { ActivityDependencies } from '../dependencies';
import { withZoho } from '../with-zoho';
import { assertValuesFit } from './check-values';

/**
 * Sorts the records into files and holds their fields and values against the modules' metadata, before anything is sent.
 * Idempotent: what is planned stays planned.
 * @throws bulk_write.fields_not_writable with the names, bulk_write.values_refused
 */
export async function planBulkWrite(deps: ActivityDependencies, target: OperationTarget): Promise<BulkWritePlan> {
  const groups = await assignFiles(deps.knex, target.operationId);
  if (groups.length > MAX_BULK_WRITE_FILES) {
    throw refused(
      `The request needs ${groups.length} files of Zoho's bulk write, and ${MAX_BULK_WRITE_FILES} are allowed: use fewer modules and operations, and clear the same fields in all records.`,
    );
  }
  const modules = [...new Set(groups.map(({ module }) => module))];
  const fields = await withZoho(deps, target, async ({ transport, options }) => {
    const found = await Promise.all(modules.map((module) => getFields(transport, module, options)));
    return new Map(modules.map((module, index) => [module, found[index] ?? []]));
  });
  for (const module of modules) {
    const names = new Set(groups.filter((group) => group.module === module).flatMap((group) => group.names));
    await assertValuesFit(deps, target, module, names, fields.get(module) ?? []);
  }
  for (const group of groups) await plan(deps, target, group, fields.get(group.module) ?? []);
  return {
    files: groups.map(({ file, module, action, rows }) => ({ file, module, action, rows })),
    rows: groups.reduce((sum, { rows }) => sum + rows, 0),
    credits: groups.length * CREDITS.create_bulk_write_job,
  };
}

async function plan(
  deps: ActivityDependencies,
  { connectionId, operationId }: OperationTarget,
  { file, module, action, findBy, rows, names, clears }: BulkWriteFileGroup,
  fields: readonly ZohoField[],
): Promise<void> {
  const { columns, refused: notWritable } = bulkWriteColumns(names, findBy, action, fields);
  if (notWritable.length > 0) {
    throw refused(`Bulk write cannot ${action} these fields of ${module}: ${notWritable.join(', ')}.`);
  }
  if (columns.length > LIMITS.bulkWrite.columns) {
    throw refused(
      `The records of ${module} use ${columns.length} fields, and Zoho takes ${LIMITS.bulkWrite.columns} in a file.`,
    );
  }
  const details = { module, action, findBy, rows, ignoreEmpty: !clears, columns };
  await planJob(deps.knex, { connectionId, operationId, kind: 'write', file, details });
}

function refused(message: string): Error {
  return permanentFailure(FAILURES.bulkWrite.fieldsNotWritable, message);
}
