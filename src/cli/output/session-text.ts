import type { Session } from '../../api/sessions/schemas';
import { describeComparison } from '../../domain/mirror/comparison-findings';
import { formatCount, formatSeconds } from './format-number';
import { formatPairs, formatTable } from './table';
import { waitText } from './wait-text';

/** One line a session. */
export function sessionTable(sessions: readonly Session[]): string {
  if (sessions.length === 0) return 'No sessions.';
  return formatTable(
    ['id', 'module', 'status', 'started', 'done', 'records', 'failed', 'credits', 'took'],
    sessions.map((session) => [
      session.id,
      session.module,
      session.status,
      moment(session.startedAt),
      percentage(session.progressPercentage),
      formatCount(session.processedRecords),
      formatCount(session.failedRecords),
      formatCount(session.creditsSpent),
      formatSeconds(session.durationSeconds),
    ]),
    [0, 1, 2, 3],
  );
}

/** Everything a person asks of one session; what is not known is left out. */
export function sessionDetails(session: Session): string {
  const known: [string, string | null][] = [
    ['session', session.id],
    ['module', `${session.module} (${session.connection})`],
    ['type', session.sessionType],
    ['status', session.status],
    ['phase', session.phase],
    ['reason', session.errorMessage ?? session.pauseReason],
    ['waits for', waitText(session.waitingFor)],
    ['read by', session.readPath],
    ['plan', session.plan && planLine(session.plan)],
    ['started', `${moment(session.startedAt)} by ${session.initiatedBy ?? 'nobody known'}`],
    ['took', formatSeconds(session.durationSeconds)],
    ['done', percentage(session.progressPercentage)],
    ['records', `${formatCount(session.processedRecords)} of ${formatCount(session.totalRecords)}`],
    ['created', formatCount(session.createdRecords)],
    ['updated', formatCount(session.updatedRecords)],
    ['unchanged', formatCount(session.unchangedRecords)],
    ['failed', formatCount(session.failedRecords)],
    ['counted', session.result && resultLine(session.result)],
    ...nightPairs(session.result),
    ['rate', session.rowsPerSecond === null ? null : `${formatCount(session.rowsPerSecond)} rows/s`],
    ['time left', session.etaSeconds === null ? null : formatSeconds(session.etaSeconds)],
    ['API calls', formatCount(session.apiCallsMade)],
    ['credits', formatCount(session.creditsSpent)],
    ['rate limited', formatCount(session.rateLimitHits)],
    ['received', `${session.totalDataTransferredMb.toFixed(1)} MB`],
    ['workflow', session.workflowId],
  ];
  return formatPairs(known.filter((pair): pair is [string, string] => pair[1] !== null));
}

/** One line a module of a night. */
function nightPairs(result: Session['result']): [string, string][] {
  if (result === null || !('modules' in result)) return [];
  return result.modules.map(({ module, outcome, reason, read, created, updated, deleted, credits }) => {
    const counts = Object.entries({ read, created, updated, deleted, credits });
    const done = counts.map(([name, count]) => `${formatCount(count)} ${name}`).join(', ');
    return [module, reason === null ? `${outcome}: ${done}` : `${outcome}: ${reason}`];
  });
}

/** One line while a session runs. */
export function progressLine(session: Session): string {
  const records = `${formatCount(session.processedRecords)} of ${formatCount(session.totalRecords)} records`;
  const left = session.etaSeconds === null ? '' : `, ${formatSeconds(session.etaSeconds)} left`;
  return `${session.module}  ${session.status}  ${session.phase ?? ''}  ${percentage(session.progressPercentage)}  ${records}${left}`;
}

function planLine(plan: NonNullable<Session['plan']>): string {
  return 'reason' in plan ? plan.reason : `what changed since ${moment(plan.changesSince)}`;
}

function resultLine(result: NonNullable<Session['result']>): string | null {
  if ('modules' in result) return null;
  const compared = 'findings' in result && result.findings ? describeComparison(result.findings) : null;
  if (!('requested' in result)) {
    if (!('zohoRows' in result) || result.zohoRows === undefined || result.mirrorRows === undefined) return compared;
    const counted = `${formatCount(result.zohoRows)} in Zoho, ${formatCount(result.mirrorRows)} in the mirror`;
    return compared === null ? counted : `${counted}. ${compared}`;
  }
  const { found, vanished, kept } = result;
  return `${formatCount(found)} in Zoho, ${formatCount(vanished + kept)} unknown to it`;
}

function percentage(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(1)} %`;
}

/** To the second, in UTC as the API says it. */
function moment(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}
