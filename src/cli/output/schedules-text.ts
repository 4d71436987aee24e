import type { Schedule } from '../../api/schedules/schemas';
import { formatPairs, formatTable } from './table';

/** One line a schedule. */
export function scheduleTable(schedules: readonly Schedule[]): string {
  if (schedules.length === 0) return 'No schedules: an active configuration makes one (pulse configs apply).';
  const rows = schedules.map((schedule) => [
    schedule.id,
    whenOf(schedule),
    schedule.pausedBy === null ? schedule.state : `${schedule.state} by ${schedule.pausedBy}`,
    schedule.next[0] ?? '',
    schedule.last ? `${schedule.last.status} ${schedule.last.at}` : '',
  ]);
  return formatTable(['schedule', 'when', 'state', 'next', 'last'], rows, [0, 1, 2, 3, 4]);
}

/** Everything about a schedule; what is not known is left out. */
export function scheduleDetails(schedule: Schedule): string {
  const { last, pausedBy, reason, drift, source } = schedule;
  const known: [string, string | null][] = [
    ['schedule', schedule.id],
    ['starts', schedule.kind],
    ['connection', schedule.connection],
    ['module', schedule.module],
    ['when', whenOf(schedule)],
    ['state', schedule.state],
    ['paused by', pausedBy],
    ['reason', reason],
    ['next', schedule.next.length > 0 ? schedule.next.join(', ') : null],
    ['last', last && `${last.status}, ${last.at}, session ${last.sessionId}`],
    ['drift', drift === true ? 'Temporal has other settings; they are mended within a minute' : null],
    ['source', source === 'database' ? 'the database: Temporal does not answer' : null],
  ];
  return formatPairs(known.filter((pair): pair is [string, string] => pair[1] !== null));
}

function whenOf({ everyMinutes, at, timeZone }: Schedule): string {
  return everyMinutes === null ? `at ${at} ${timeZone}` : `every ${everyMinutes} min`;
}
