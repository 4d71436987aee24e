import { formatCount } from '../../src/cli/output/format-number';
import { formatTable } from '../../src/cli/output/table';
import type { Session } from './control-api';

const HEADINGS = ['Module', 'Rows', 'Seconds', 'Rows/s', 'API calls', 'Credits', 'Verified'];

/** Table with a line per module, followed by the reasons of sessions that did not complete. */
export function summarize(sessions: readonly Session[]): string {
  const table = formatTable(
    HEADINGS,
    sessions.map((session) => [
      session.module,
      formatCount(session.processedRecords),
      session.durationSeconds.toFixed(1),
      formatCount(session.rowsPerSecond),
      formatCount(session.apiCallsMade),
      formatCount(session.creditsSpent),
      verification(session),
    ]),
  );
  const problems = sessions
    .filter(({ status }) => status !== 'completed')
    .map((session) => `${session.module} ${session.status}: ${session.errorMessage ?? 'no reason given'}`);
  return [table, ...problems].join('\n');
}

/** Says whether Zoho's count equals the mirror's plus the quarantined rows, which are in Zoho only. */
function verification({ status, result }: Session): string {
  if (status !== 'completed') return status;
  if (result && 'zohoRows' in result && result.zohoRows === (result.mirrorRows ?? 0) + result.failed) {
    return result.failed === 0 ? 'yes' : `yes, ${formatCount(result.failed)} set aside`;
  }
  return 'no';
}
