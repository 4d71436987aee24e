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
      ...countsOf(session),
      formatSeconds(session.durationSeconds),
    ]),
    [0, 1, 2, 3],
  );
}

/** Records, failed ones and credits. A night has none of its own: its syncs are sessions, too. */
function countsOf({ sessionType, processedRecords, failedRecords, creditsSpent }: Session): string[] {
  if (sessionType === 'nightly') return ['', '', ''];
  return [processedRecords, failedRecords, creditsSpent].map((count) => formatCount(count));
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
    ...(session.sessionType === 'nightly' ? nightPairs(session.result) : workPairs(session)),
    ['workflow', session.workflowId],
  ];
  return formatPairs(known.filter((pair): pair is [string, string] => pair[1] !== null));
}

function workPairs(session: Session): [string, string | null][] {
  return [
    ['records', `${formatCount(session.processedRecords)} of ${formatCount(session.totalRecords)}`],
    ['created', formatCount(session.createdRecords)],
    ['updated', formatCount(session.updatedRecords)],
    ['unchanged', formatCount(session.unchangedRecords)],
    ['failed', formatCount(session.failedRecords)],
    ['counted', session.result && resultLine(session.result)],
    ['rate', session.rowsPerSecond === null ? null : `${formatCount(session.rowsPerSecond)} rows/s`],
    ['time left', session.etaSeconds === null ? null : formatSeconds(session.etaSeconds)],
    ['API calls', formatCount(session.apiCallsMade)],
    ['credits', formatCount(session.creditsSpent)],
    ['rate limited', formatCount(session.rateLimitHits)],
    ['received', `${session.totalDataTransferredMb.toFixed(1)} MB`],
  ];
}

/** One line a module of a night, and one for all that its syncs did. */
function nightPairs(result: Session['result']): [string, string][] {
  if (result === null || !('modules' in result)) return [];
  const lines = result.modules.map(({ module, outcome, reason, ...work }): [string, string] => [
    module,
    `${outcome}: ${reason ?? workLine(work)}`,
  ]);
  const sums = NIGHT_COUNTS.map((name) => [name, result.modules.reduce((sum, work) => sum + work[name], 0)] as const);
  return [...lines, ['in all', workLine(Object.fromEntries(sums) as NightWork)]];
}

const NIGHT_COUNTS = ['read', 'created', 'updated', 'deleted', 'credits'] as const;
type NightWork = Record<(typeof NIGHT_COUNTS)[number], number>;

function workLine(work: NightWork): string {
  return NIGHT_COUNTS.map((name) => `${formatCount(work[name])} ${name}`).join(', ');
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
  if ('filled' in result) return fillLine(result);
  const compared = 'findings' in result && result.findings ? describeComparison(result.findings) : null;
  if (!('requested' in result)) {
    if (!('zohoRows' in result) || result.zohoRows === undefined || result.mirrorRows === undefined) return compared;
    const counted = `${formatCount(result.zohoRows)} in Zoho, ${formatCount(result.mirrorRows)} in the mirror`;
    return compared === null ? counted : `${counted}. ${compared}`;
  }
  const { found, vanished, kept } = result;
  return `${formatCount(found)} in Zoho, ${formatCount(vanished + kept)} unknown to it`;
}

function fillLine({ filled, left }: { filled: readonly string[]; left: readonly string[] }): string {
  const parts = [
    ...(filled.length > 0 ? [`${filled.join(', ')} filled`] : []),
    ...(left.length > 0 ? [`${left.join(', ')} with the next full sync`] : []),
  ];
  return parts.join('; ');
}

function percentage(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(1)} %`;
}

/** To the second, in UTC as the API says it. */
function moment(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}
