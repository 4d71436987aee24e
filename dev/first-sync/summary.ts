import { z } from 'zod';
import { formatCount } from '../../src/cli/output/format-number';
import { formatTable } from '../../src/cli/output/table';
import type { Session } from './control-api';

/** Row counts in the result of a completed full sync. */
const Counts = z.object({ zohoRows: z.number(), mirrorRows: z.number(), failed: z.number() });

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
function verification(session: Session): string {
  if (session.status !== 'completed') return session.status;
  const counts = Counts.safeParse(session.result).data;
  if (counts === undefined || counts.zohoRows !== counts.mirrorRows + counts.failed) return 'no';
  return counts.failed === 0 ? 'yes' : `yes, ${formatCount(counts.failed)} set aside`;
}
