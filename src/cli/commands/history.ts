import { Command } from 'commander';
import { mirrorRecordPath } from '../../api/paths';
import type { CliContext } from '../context';
import { connectionOption, wholeNumber } from '../input/option-values';
import { historyTable, readHistory } from '../output/history-text';

const USUAL_ENTRIES = 50;

interface HistoryOptions {
  connection?: string;
  field?: string;
  limit: number;
  cursor?: string;
}

/** `pulse history …`: why the values of a record are as they are. */
export function historyCommand(context: CliContext): Command {
  return new Command('history')
    .description('say why the values of a record are as they are, the latest change first')
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .argument('<id>', 'id of the record')
    .option('--field <name>', 'API name of a field: only changes of it')
    .option('--limit <number>', 'entries at the most', wholeNumber, USUAL_ENTRIES)
    .option('--cursor <cursor>', 'where to continue')
    .addOption(connectionOption())
    .action((module: string, id: string, options: HistoryOptions) => showHistory(context, module, id, options));
}

/** An answer is passed on as it came: parsing would round numbers that a double cannot hold. */
async function showHistory(context: CliContext, module: string, id: string, options: HistoryOptions): Promise<void> {
  const { api, json, out, note } = context;
  const text = await api.text('GET', `${mirrorRecordPath(module, id)}/history`, { query: { ...options } });
  if (json) {
    out(`${text}\n`);
    return;
  }
  const { entries, hasMore, nextCursor } = readHistory(text);
  out(`${historyTable(entries, options.field)}\n`);
  if (hasMore) note(`more: --cursor ${nextCursor}`);
}
