import { Command } from 'commander';
import { schedulePath, API_PREFIX } from '../../api/paths';
import { ScheduleAnswer, SchedulePage, type Schedule } from '../../api/schedules/schemas';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { show, type CliContext } from '../context';
import { scheduleDetails, scheduleTable } from '../output/schedules-text';

/** Commands, the routes that they call, and what they do. */
const COMMANDS = {
  pause: ['pause', 'pause a schedule until somebody resumes it; runs at work go on'],
  resume: ['resume', 'let a paused schedule go on'],
  run: ['trigger', 'start now what a schedule starts, unless it is at work'],
} as const;

/** `pulse schedules …`: what the clock starts. */
export function schedulesCommand(context: CliContext): Command {
  const schedules = new Command('schedules').description('look at what the clock starts, pause it, run it now');
  addPagingOptions(schedules.command('list'))
    .description('list them with their next and last run')
    .option('--connection <name>', 'only of this Zoho org (default: PULSE_CONNECTION, then all)')
    .action(async (options: PagingOptions & { connection?: string }) => {
      const showRows = (rows: Schedule[]) => show(context, rows, scheduleTable);
      await listPages(
        context,
        `${API_PREFIX}/schedules`,
        SchedulePage,
        { ...options },
        (page) => page.schedules,
        showRows,
      );
    });
  schedules
    .command('show')
    .description('show a schedule')
    .argument('<id>', 'e.g. incremental:crm:Deals')
    .action(async (id: string) => {
      const { schedule } = await context.api.get(schedulePath(id), { schema: ScheduleAnswer });
      show(context, schedule, scheduleDetails);
    });
  for (const [name, [action, description]] of Object.entries(COMMANDS)) {
    schedules
      .command(name)
      .description(description)
      .argument('<id>', 'e.g. incremental:crm:Deals')
      .option('--reason <text>', 'why, for the audit log')
      .action(async (id: string, { reason }: { reason?: string }) => {
        const { schedule } = await context.api.post(`${schedulePath(id)}/${action}`, {
          schema: ScheduleAnswer,
          body: { reason },
        });
        show(context, schedule, scheduleDetails);
      });
  }
  return schedules;
}
