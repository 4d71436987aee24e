import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { sessionPath } from '../../api/paths';
import { LogPage, type LogLine } from '../../api/sessions/schemas';
import { isFinal, type LogLevel } from '../../domain/runs/enums';
import type { CliContext } from '../context';
import { readSession } from './follow-session';

const POLL_MS = 1_000;
const PAGE_LINES = 200;

export interface LogOptions {
  level?: LogLevel;
  /** Go on until the session has ended. */
  follow?: true;
}

/** Writes a session's event log, a line at a time; as JSON, one object a line, so that it can be followed too. */
export async function showLogs(context: CliContext, id: string, options: LogOptions): Promise<void> {
  const hasEnded = async () => isFinal((await readSession(context, id)).status);
  await showRunLogs(context, sessionPath(id), hasEnded, options);
}

/**
 * Writes the event log of a run.
 * @param path of the run in the API
 * @param hasEnded asks whether nothing more will be written
 */
export async function showRunLogs(
  context: CliContext,
  path: string,
  hasEnded: () => Promise<boolean>,
  { level, follow }: LogOptions,
): Promise<void> {
  let cursor: string | undefined;
  for (;;) {
    // Asked before the log: what is written while we read is then read in the next round.
    const isEnded = !follow || (await hasEnded());
    let page: z.infer<typeof LogPage>;
    do {
      page = await context.api.get(`${path}/logs`, {
        schema: LogPage,
        query: { level, cursor, limit: PAGE_LINES },
      });
      for (const line of page.logs) context.out(`${context.json ? JSON.stringify(line) : textOf(line)}\n`);
      cursor = page.nextCursor ?? undefined;
    } while (page.hasMore);
    if (isEnded) return;
    await sleep(POLL_MS);
  }
}

function textOf({ timestamp, level, component, message }: LogLine): string {
  return `${timestamp}  ${level.padEnd(8)}  ${component}: ${message}`;
}
