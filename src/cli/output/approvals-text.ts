import type { Approval } from '../../api/approvals/schemas';
import { formatCount } from './format-number';
import { formatPairs, formatTable } from './table';

/** One line an approval. */
export function approvalTable(approvals: readonly Approval[]): string {
  if (approvals.length === 0) return 'Nothing to decide.';
  const rows = approvals.map(({ id, connection, module, state, shown, askedAt }) => [
    id,
    connection,
    module,
    state,
    formatCount(shown.count),
    `${shown.percent} %`,
    askedAt.slice(0, 16).replace('T', ' '),
  ]);
  return formatTable(['approval', 'connection', 'module', 'state', 'records', 'share', 'asked'], rows, [0, 1, 2, 3, 6]);
}

/** An approval, and the commands that decide about it while it waits. */
export function approvalDetails(approval: Approval): string {
  const { id, connection, module, state, shown, shownHash, sessionId, decidedBy, reason, removed } = approval;
  const pairs: [string, string | null][] = [
    ['approval', id],
    ['connection', connection],
    ['module', module],
    ['state', state],
    ['records', `${formatCount(shown.count)} of ${formatCount(shown.rows)} (${shown.percent} %) are not in Zoho`],
    ['for example', shown.sample.join(', ')],
    ['found by', shown.source],
    ['session', sessionId],
    ['to ask again', `${formatCount(shown.credits)} credits`],
    ['asked at', approval.askedAt],
    ['expires at', state === 'waiting' ? approval.expiresAt : null],
    ['decided by', decidedBy],
    ['reason', reason],
    ['removed', removed === null ? null : formatCount(removed)],
  ];
  const known = formatPairs(pairs.filter((pair): pair is [string, string] => pair[1] !== null));
  if (state !== 'waiting') return known;
  const command = (decision: string) => `  pulse approvals ${decision} ${id} --shown ${shownHash}`;
  return [
    known,
    '',
    "Check the connected user's permissions first. To decide:",
    command('approve'),
    command('reject'),
  ].join('\n');
}
