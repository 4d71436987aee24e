import type { Session } from '../../api/sessions/schemas';

/** Describes the wait of a run in one line; null while it works. */
export function waitText(wait: Session['waitingFor']): string | null {
  if (wait === null) return null;
  const { what, since, attempt, nextAttemptAt, whatToDo } = wait;
  const advice = what.includes(whatToDo) ? '' : ` ${whatToDo}`;
  return `${what}${advice} Attempt ${attempt}, since ${moment(since)}, next at ${moment(nextAttemptAt)}.`;
}

function moment(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}
