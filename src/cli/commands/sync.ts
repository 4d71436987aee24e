import { Command, InvalidArgumentError, Option } from 'commander';
import { API_PREFIX } from '../../api/paths';
import { SessionAnswer } from '../../api/sessions/schemas';
import { COMPARISONS, READ_PATHS } from '../../domain/runs/enums';
import { followSession } from '../client/follow-session';
import { show, type CliContext } from '../context';
import { connectionOption, names, number } from '../input/option-values';
import { sessionDetails } from '../output/session-text';

interface SyncOptions {
  idempotencyKey?: string;
  wait?: true;
}

/** `pulse sync …`: starts syncs. */
export function syncCommand(context: CliContext): Command {
  const sync = new Command('sync').description('start a sync');
  startCommand(context, sync, 'full')
    .description('read a whole module into the mirror')
    .addOption(new Option('--path <path>', 'how to read (default: the cheaper way)').choices(READ_PATHS))
    .addOption(
      new Option('--compare <what>', 'compare every value, or trust equal times of modification').choices(COMPARISONS),
    );
  startCommand(context, sync, 'incremental')
    .description('read what changed in a module since its last sync')
    .option('--since <time>', 'read at least from this time on, ISO 8601 with offset, e.g. 2026-01-31T08:00:00Z');
  addManual(context, sync);
  sync
    .command('nightly')
    .description('sync every configured module now, as the night does')
    .addOption(connectionOption())
    .addOption(idempotencyOption())
    .addOption(waitOption())
    .action((options: SyncOptions) => start(context, 'nightly', {}, options));
  return sync;
}

function addManual(context: CliContext, sync: Command): void {
  sync
    .command('manual')
    .description('read chosen records into the mirror')
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .argument('<ids...>', 'ids of the records, at most 2,000')
    .addOption(connectionOption())
    .addOption(idempotencyOption())
    .addOption(waitOption())
    .action((module: string, ids: string[], options: SyncOptions) =>
      start(context, 'manual', { module, ids }, options),
    );
}

function idempotencyOption(): Option {
  return new Option(
    '--idempotency-key <key>',
    'sent again with the same options, the same key answers the same session',
  );
}

function waitOption(): Option {
  return new Option('--wait', 'follow the session to its end; the exit code is 0 only if it completes');
}

/** Options of every command that starts a sync. */
function startCommand(context: CliContext, sync: Command, kind: 'full' | 'incremental'): Command {
  return sync
    .command(kind)
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .addOption(connectionOption())
    .option('--fields <names>', 'API names of the fields to read, separated by commas (default: every field)', names)
    .option('--allow-mass-delete', 'remove what has vanished in Zoho however much of the module it is')
    .option('--mass-delete-percent <share>', 'share of the mirror that may be removed without asking', percent)
    .addOption(idempotencyOption())
    .addOption(waitOption())
    .action((module: string, options: SyncOptions) => start(context, kind, { module }, options));
}

async function start(
  context: CliContext,
  kind: 'full' | 'incremental' | 'manual' | 'nightly',
  wanted: object,
  { wait, idempotencyKey, ...options }: SyncOptions,
): Promise<void> {
  const { session } = await context.api.post(`${API_PREFIX}/syncs/${kind}`, {
    schema: SessionAnswer,
    body: { ...wanted, ...options },
    ...(idempotencyKey !== undefined && { headers: { 'idempotency-key': idempotencyKey } }),
  });
  if (wait) await followSession(context, session);
  else show(context, session, sessionDetails);
}

function percent(text: string): number {
  const value = number(text);
  if (value > 100) throw new InvalidArgumentError('It is a share between 0 and 100.');
  return value;
}
