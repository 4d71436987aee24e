import { Command } from 'commander';
import { MAX_RECORDS_TEXT } from '../../api/bulk-operations/schemas';
import { API_PREFIX } from '../../api/paths';
import type { CliContext } from '../context';
import { readJsonText } from '../input/read-json';
import { addOperationCommands, startAndShow } from './operation-commands';

/** `pulse bulk-write …`: writes many records, and says what became of each. */
export function bulkWriteCommand(context: CliContext): Command {
  const bulkWrite = new Command('bulk-write').description(
    `insert, update and upsert up to ${MAX_RECORDS_TEXT} records in Zoho CRM`,
  );
  bulkWrite
    .command('start')
    .description('write the records of a file')
    .argument('<file>', 'JSON as POST /bulk-writes takes it; - reads standard input')
    .option('--idempotency-key <key>', 'sent again with the same file, the same key answers the same operation')
    .option('--wait', 'follow it to its end; the exit code is 0 only if it completes')
    .action(async (file: string, options: { idempotencyKey?: string; wait?: true }) => {
      await startAndShow(context, 'bulk_write', `${API_PREFIX}/bulk-writes`, {
        bodyText: await readJsonText(file),
        ...options,
      });
    });
  addOperationCommands(bulkWrite, context, 'bulk_write', 'bulk write');
  return bulkWrite;
}
