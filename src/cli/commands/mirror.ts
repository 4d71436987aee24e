import { Command } from 'commander';
import { mirrorRecordPath } from '../../api/paths';
import { SessionAnswer } from '../../api/sessions/schemas';
import { show, type CliContext } from '../context';
import { connectionOption } from '../input/option-values';
import { readRecord, recordFields } from '../output/records-text';
import { sessionDetails } from '../output/session-text';
import { formatPairs } from '../output/table';

/** `pulse mirror …`: the copy of the records in PostgreSQL. */
export function mirrorCommand(context: CliContext): Command {
  const mirror = new Command('mirror').description('look at the copy of the records, and bring single ones up to date');
  mirror
    .command('sync')
    .description('read one record into the mirror now, and show it')
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .argument('<id>', 'id of the record')
    .addOption(connectionOption())
    .action((module: string, id: string, options: { connection?: string }) => syncRecord(context, module, id, options));
  return mirror;
}

/** A record is passed on as it came: parsing would round numbers that a double cannot hold. */
async function syncRecord(
  context: CliContext,
  module: string,
  id: string,
  { connection }: { connection?: string },
): Promise<void> {
  const { api, json, out, note } = context;
  const { status, text } = await api.answer('POST', `${mirrorRecordPath(module, id)}/sync`, { query: { connection } });
  if (status === 202) {
    const { session } = SessionAnswer.parse(JSON.parse(text));
    note(`It takes longer: pulse sessions show ${session.id}`);
    show(context, session, sessionDetails);
    return;
  }
  out(`${json ? text : formatPairs(recordFields(readRecord(text)))}\n`);
}
