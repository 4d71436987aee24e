import { Command, Option } from 'commander';
import type { z } from 'zod';
import { API_PREFIX, sessionPath } from '../../api/paths';
import { SessionAnswer, SessionPage, SessionCalls } from '../../api/sessions/schemas';
import { LOG_LEVELS, SESSION_TYPES } from '../../domain/runs/enums';
import { readSession } from '../client/follow-session';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { showLogs, type LogOptions } from '../client/session-logs';
import { show, type CliContext } from '../context';
import { callsTable } from '../output/calls-text';
import { sessionDetails, sessionTable } from '../output/session-text';

interface ListOptions extends PagingOptions {
  module?: string;
  type?: string;
  status?: string;
  connection?: string;
}

/** Commands that a running session takes, as its paths name them. */
const COMMANDS = {
  pause: 'pause a session at its next safe point',
  resume: 'resume a paused session',
  cancel: 'cancel a session; what is in the mirror stays',
} as const;

/** `pulse sessions …`: looks at sessions and steers them. */
export function sessionsCommand(context: CliContext): Command {
  const sessions = new Command('sessions').description('look at sync sessions and steer them');
  addPagingOptions(sessions.command('list'))
    .description('list sessions, newest first')
    .option('--module <name>', 'only of this module')
    .addOption(new Option('--type <type>', 'only of this type').choices(SESSION_TYPES))
    .option('--status <statuses>', 'only in these, separated by commas')
    .option('--connection <name>', 'only of this Zoho org (default: PULSE_CONNECTION, then all)')
    .action(async ({ type: sessionType, ...options }: ListOptions) => {
      const path = `${API_PREFIX}/sessions`;
      const showRows = (rows: z.infer<typeof SessionPage>['sessions']) => show(context, rows, sessionTable);
      await listPages(context, path, SessionPage, { ...options, sessionType }, (page) => page.sessions, showRows);
    });
  sessions
    .command('show')
    .description('show one session')
    .argument('<id>')
    .action(async (id: string) => show(context, await readSession(context, id), sessionDetails));
  sessions
    .command('logs')
    .description("read a session's event log")
    .argument('<id>')
    .addOption(new Option('--level <level>', 'this level and the graver ones').choices(LOG_LEVELS))
    .option('--follow', 'keep printing until the session has ended')
    .action(async (id: string, options: LogOptions) => showLogs(context, id, options));
  sessions
    .command('calls')
    .description('show what a session called at Zoho, by operation')
    .argument('<id>')
    .action(async (id: string) => {
      const { calls } = await context.api.get(`${sessionPath(id)}/calls`, { schema: SessionCalls });
      show(context, calls, callsTable);
    });
  for (const [name, description] of Object.entries(COMMANDS)) {
    sessions
      .command(name)
      .description(description)
      .argument('<id>')
      .option('--reason <text>', 'why, for the log of the session')
      .action(async (id: string, options: { reason?: string }) => {
        const { session } = await context.api.post(`${sessionPath(id)}/${name}`, {
          schema: SessionAnswer,
          body: options,
        });
        show(context, session, sessionDetails);
      });
  }
  return sessions;
}
