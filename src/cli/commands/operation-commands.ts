import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import type { z } from 'zod';
import {
  BulkOperationAnswer,
  BulkOperationPage,
  BulkResultPage,
  type BulkResult,
} from '../../api/bulk-operations/schemas';
import { operationPath, operationsPath } from '../../api/paths';
import type { BulkOperationKind } from '../../domain/runs/bulk-operations';
import { isFinal, LOG_LEVELS } from '../../domain/runs/enums';
import { CliError, EXIT_CODES } from '../client/errors';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { readPatiently } from '../client/read-patiently';
import { showRunLogs, type LogOptions } from '../client/session-logs';
import { show, type CliContext } from '../context';
import { operationDetails, operationLine, operationTable, resultTable } from '../output/operation-text';

const POLL_MS = 1_000;
const RESULTS_PER_PAGE = 1_000;

/** Starts an operation and shows it, or, with `wait`, follows it to its end. */
export async function startAndShow(
  context: CliContext,
  kind: BulkOperationKind,
  path: string,
  request: { bodyText: string; idempotencyKey?: string | undefined; wait?: boolean | undefined },
): Promise<void> {
  const { bodyText, idempotencyKey, wait } = request;
  const started = await context.api.post(path, {
    schema: BulkOperationAnswer,
    bodyText,
    ...(idempotencyKey !== undefined && { headers: { 'idempotency-key': idempotencyKey } }),
  });
  if (wait) await follow(context, kind, started);
  else show(context, started, operationDetails);
}

/** Adds the commands of both kinds of operation: status, results, pause, resume, cancel, list. */
export function addOperationCommands(
  parent: Command,
  context: CliContext,
  kind: BulkOperationKind,
  what: string,
): void {
  parent
    .command('status')
    .description(`show a ${what}`)
    .argument('<id>')
    .action(async (id: string) => show(context, await read(context, kind, id), operationDetails));
  parent
    .command('results')
    .description('list what became of each record')
    .argument('<id>')
    .option('--status <statuses>', 'only these, separated by commas, e.g. skipped,unknown')
    .action(async (id: string, { status }: { status?: string }) => {
      show(context, await readResults(context, kind, id, status), resultTable);
    });
  parent
    .command('logs')
    .description(`read the event log of a ${what}`)
    .argument('<id>')
    .addOption(new Option('--level <level>', 'this level and the graver ones').choices(LOG_LEVELS))
    .option('--follow', 'keep printing until it has ended')
    .action(async (id: string, options: LogOptions) => {
      const hasEnded = async () => isFinal((await read(context, kind, id)).operation.status);
      await showRunLogs(context, operationPath(kind, id), hasEnded, options);
    });
  for (const [name, description] of Object.entries(commandsOf(what))) {
    parent
      .command(name)
      .description(description)
      .argument('<id>')
      .option('--reason <text>', 'why, for the log of the operation')
      .action(async (id: string, options: { reason?: string }) => {
        const path = `${operationPath(kind, id)}/${name}`;
        show(context, await context.api.post(path, { schema: BulkOperationAnswer, body: options }), operationDetails);
      });
  }
  addPagingOptions(parent.command('list'))
    .description(`list ${what}s, newest first`)
    .option('--module <name>', 'only of this module')
    .option('--status <statuses>', 'only in these, separated by commas')
    .option('--connection <name>', 'only of this Zoho org (default: PULSE_CONNECTION, then all)')
    .action(async (options: PagingOptions & { module?: string; status?: string; connection?: string }) => {
      const path = operationsPath(kind);
      const showRows = (rows: z.infer<typeof BulkOperationPage>['operations']) => show(context, rows, operationTable);
      await listPages(context, path, BulkOperationPage, { ...options }, (page) => page.operations, showRows);
    });
}

/** Commands that a running operation takes, as its paths name them. */
function commandsOf(what: string): Record<string, string> {
  return {
    pause: `pause a ${what} at its next safe point; Zoho still finishes a job that it has`,
    resume: `resume a paused ${what}`,
    cancel: `cancel a ${what}; Zoho still finishes a job that it has`,
  };
}

/** @throws CliError `failed` when it ends otherwise than completed */
async function follow(context: CliContext, kind: BulkOperationKind, started: BulkOperationAnswer): Promise<void> {
  let answer = started;
  let lastLine = '';
  for (;;) {
    const line = operationLine(answer.operation);
    if (line !== lastLine) context.note(line);
    lastLine = line;
    if (isFinal(answer.operation.status)) break;
    await sleep(POLL_MS);
    answer = await readPatiently(context, () => read(context, kind, started.operation.id));
  }
  show(context, answer, operationDetails);
  const { status, errorMessage } = answer.operation;
  if (status === 'completed') return;
  throw new CliError(EXIT_CODES.failed, `The operation ${status}: ${errorMessage ?? 'no reason given'}`);
}

async function read({ api }: CliContext, kind: BulkOperationKind, id: string): Promise<BulkOperationAnswer> {
  return api.get(operationPath(kind, id), { schema: BulkOperationAnswer });
}

async function readResults(
  { api }: CliContext,
  kind: BulkOperationKind,
  id: string,
  status: string | undefined,
): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (let cursor: string | undefined; ;) {
    const query = { limit: RESULTS_PER_PAGE, status, cursor };
    const page = await api.get(`${operationPath(kind, id)}/results`, { schema: BulkResultPage, query });
    results.push(...page.results);
    if (!page.hasMore || page.nextCursor === null) return results;
    cursor = page.nextCursor;
  }
}
