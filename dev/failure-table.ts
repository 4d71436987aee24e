import { RETRY_RULES } from '../src/domain/retry-rules';
import { RETRY_BY_CODE } from '../src/domain/zoho-failures';
import type { FailureKind } from '../src/temporal/contract/failure-kind';
import { FAILURES } from '../src/temporal/contract/failures';

const HEADINGS: Readonly<Record<keyof typeof FAILURES, string>> = {
  bulkRead: 'Exports (bulk read)',
  bulkWrite: 'Bulk writes',
  bulkOperation: 'Bulk operations',
  massUpdate: 'Mass updates',
  callback: 'Callbacks',
  module: 'Modules',
  mirror: 'Mirrors',
  watermark: 'Watermarks',
  scan: 'Scans',
  changes: 'Changes',
  chunks: 'Chunks',
  run: 'Runs',
  night: 'Nights',
  verification: 'Verification',
  content: 'Content',
  engine: 'Engine',
  quarantine: 'Quarantine',
  zoho: 'Zoho',
  database: 'PostgreSQL',
};

const INTRODUCTION = `# Failures

Types of failures as the Temporal UI, the logs and the alerts show them, and the next step of the person on call. A
failed run carries the type of what ended it. What is tried again, for as long as the table says, stands in the log of
the run from the third attempt on, and in its \`waitingFor\`: since when, the next attempt, and what a person can do.

Generated from [src/temporal/contract/failures.ts](../src/temporal/contract/failures.ts) by
\`npx tsx scripts/write-failures.ts\`.
`;

/** Text of docs/failures.md: one table for each group of the register. */
export function failureTable(): string {
  const sections = Object.entries(FAILURES).map(
    ([group, kinds]) =>
      `\n## ${HEADINGS[group as keyof typeof FAILURES]}\n\n${tableOf(Object.values<FailureKind>(kinds))}`,
  );
  return [INTRODUCTION, ...sections, codeTable()].join('');
}

/** Codes of failed calls whose retries differ from those of their category. */
function codeTable(): string {
  const lines = Object.entries(RETRY_BY_CODE).map(([code, rule]) => `- \`${code}\` ${RETRY_RULES[rule].text}`);
  return `\nOf calls to Zoho, some codes are tried again otherwise than their category:\n\n${lines.join('\n')}\n`;
}

function tableOf(kinds: readonly FailureKind[]): string {
  const rows = [
    ['type', 'means', 'tried again', 'who acts', 'do'],
    ...kinds.map(({ type, meaning, whatToDo, who, retry }) => [
      `\`${type}\``,
      meaning,
      RETRY_RULES[retry].text,
      who,
      whatToDo,
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |\n`;
  const [head = [], ...body] = rows;
  return [line(head, ' '), line(['', '', '', '', ''], '-'), ...body.map((row) => line(row, ' '))].join('');
}
