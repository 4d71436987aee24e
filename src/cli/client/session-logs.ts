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
export async function showLogs(context: CliContext, id: string, { level, follow }: LogOptions): Promise<void> {
  let cursor: string | undefined;
  for (;;) {
    // Asked before the log: what is written while we read is then read in the next round.
    const isEnded = !follow || isFinal((await readSession(context, id)).status);
    let page: z.infer<typeof LogPage>;
    do {
      page = await context.api.get(`${sessionPath(id)}/logs`, {
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
