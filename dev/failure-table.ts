import { FAILURES, type FailureKind } from '../src/temporal/contract/failures';

const HEADINGS: Readonly<Record<keyof typeof FAILURES, string>> = {
  bulkRead: 'Exports (bulk read)',
  bulkWrite: 'Bulk writes',
  bulkOperation: 'Bulk operations',
  massUpdate: 'Mass updates',
  callback: 'Callbacks',
  module: 'Modules',
  mirror: 'Mirrors',
  watermark: 'Watermarks',
  changes: 'Changes',
  chunks: 'Chunks',
  run: 'Runs',
  verification: 'Verification',
  quarantine: 'Quarantine',
  zoho: 'Zoho',
  database: 'PostgreSQL',
};

const INTRODUCTION = `# Failures

Types of failures as the Temporal UI, the logs and the alerts show them, and the next step of the person on call. A
failed session carries the type of what ended it. Failures that the engine tries again show up with the pending activity
in the Temporal UI, with the time of the next attempt.

Generated from [src/temporal/contract/failures.ts](../src/temporal/contract/failures.ts) by
\`npx tsx scripts/write-failures.ts\`. Any other type is the name of a JavaScript error: please report it.
`;

/** Text of docs/failures.md: one table for each group of the register. */
export function failureTable(): string {
  const sections = Object.entries(FAILURES).map(
    ([group, kinds]) =>
      `\n## ${HEADINGS[group as keyof typeof FAILURES]}\n\n${tableOf(Object.values<FailureKind>(kinds))}`,
  );
  return [INTRODUCTION, ...sections].join('');
}

function tableOf(kinds: readonly FailureKind[]): string {
  const rows = [
    ['type', 'means', 'do'],
    ...kinds.map(({ type, meaning, whatToDo }) => [`\`${type}\``, meaning, whatToDo]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |\n`;
  const [head = [], ...body] = rows;
  return [line(head, ' '), line(['', '', ''], '-'), ...body.map((row) => line(row, ' '))].join('');
}
