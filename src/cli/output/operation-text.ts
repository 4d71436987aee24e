import type {
  BulkOperation,
  BulkOperationAnswer,
  BulkResult,
  MassUpdatePreview,
} from '../../api/bulk-operations/schemas';
import { formatCount } from './format-number';
import { formatPairs, formatTable } from './table';
import { waitText } from './wait-text';

/** One line an operation. */
export function operationTable(operations: readonly BulkOperation[]): string {
  if (operations.length === 0) return 'No operations.';
  return formatTable(
    ['id', 'modules', 'status', 'started', 'records', 'written', 'failed', 'credits'],
    operations.map((operation) => [
      operation.id,
      operation.modules.join(', '),
      operation.status,
      operation.startedAt,
      formatCount(operation.totalRecords),
      formatCount(operation.successfulRecords),
      formatCount(operation.failedRecords),
      formatCount(operation.creditsSpent),
    ]),
    [0, 1, 2, 3],
  );
}

/** Everything a person asks of one operation; what is not known is left out. */
export function operationDetails({ operation, jobs }: BulkOperationAnswer): string {
  const known: [string, string | null][] = [
    ['operation', operation.id],
    ['modules', `${operation.modules.join(', ')} (${operation.connection})`],
    ['status', operation.status],
    ['phase', operation.phase],
    ['message', operation.message],
    ['reason', operation.errorMessage ?? operation.pauseReason],
    ['waits for', waitText(operation.waitingFor)],
    ['started', `${operation.startedAt} by ${operation.initiatedBy}`],
    ['records', `${formatCount(operation.processedRecords)} of ${formatCount(operation.totalRecords)}`],
    ['written', formatCount(operation.successfulRecords)],
    ['failed', formatCount(operation.failedRecords)],
    ['API calls', formatCount(operation.apiCallsMade)],
    ['credits', formatCount(operation.creditsSpent)],
    ['callback', operation.callbackState],
    ['workflow', operation.workflowId],
  ];
  const pairs = formatPairs(known.filter((pair): pair is [string, string] => pair[1] !== null));
  if (jobs.length === 0) return pairs;
  const table = formatTable(
    ['file', 'module', 'operation', 'state', 'job', 'records'],
    jobs.map((job) => [
      String(job.file),
      job.module,
      job.operation,
      job.state,
      job.zohoJobId ?? '-',
      formatCount(job.records),
    ]),
    [0, 1, 2, 3, 4],
  );
  return `${pairs}\n\n${table}`;
}

/** One line while an operation runs. */
export function operationLine({ status, phase, processedRecords, totalRecords }: BulkOperation): string {
  return `${status}  ${phase ?? ''}  ${formatCount(processedRecords)} of ${formatCount(totalRecords)} records`;
}

/** One line a record. */
export function resultTable(results: readonly BulkResult[]): string {
  if (results.length === 0) return 'No records.';
  return formatTable(
    ['record', 'operation', 'module', 'status', 'id', 'errors'],
    results.map(({ position, operation, module, status, recordId, errors }) => [
      String(position),
      operation,
      module,
      status,
      recordId ?? '-',
      errors.map(({ code, fields }) => [code, ...fields].join(' ')).join('; '),
    ]),
    [1, 2, 3, 4, 5],
  );
}

export function previewText({
  module,
  records,
  fields,
  possible,
  calls,
  credits,
  outcomes,
}: MassUpdatePreview): string {
  return formatPairs([
    ['module', module],
    ['records', records === null ? 'those of the view' : formatCount(records)],
    ...fields.map(({ field, problem }): [string, string] => ['field', `${field}: ${problem ?? 'can be set'}`]),
    ['possible', possible ? 'yes' : 'no'],
    ['calls', formatCount(calls)],
    ['credits', formatCount(credits)],
    ['outcomes', outcomes],
  ]);
}
