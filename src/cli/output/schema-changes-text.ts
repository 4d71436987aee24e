import type { ModuleSchema, SchemaChange } from '../../api/schema-changes/schemas';
import { formatCount } from './format-number';
import { formatPairs, formatTable } from './table';

/** One line a change. */
export function schemaChangeTable(changes: readonly SchemaChange[]): string {
  if (changes.length === 0) return 'No changes.';
  const rows = changes.map((change) => [
    change.id,
    change.connection,
    change.module,
    change.state,
    change.kind,
    describeChange(change),
    change.detectedAt.slice(0, 16).replace('T', ' '),
  ]);
  return formatTable(['change', 'connection', 'module', 'state', 'kind', 'what', 'found'], rows, [0, 1, 2, 3, 4, 5, 6]);
}

/** One line a field, with its columns. */
export function moduleSchemaText({ module, table, fields }: ModuleSchema): string {
  const rows = fields.map(({ apiName, column, nameColumn, type, wantedType, status, filled }) => [
    apiName,
    [column, nameColumn].filter(Boolean).join(', ') || '-',
    wantedType === null ? type : `${type} (wanted: ${wantedType})`,
    status === 'active' && !filled ? 'not filled' : status,
  ]);
  return `${module}: ${table}\n\n${formatTable(['field', 'column', 'type', 'state'], rows, [0, 1, 2, 3])}`;
}

/** A change, what it takes, and the commands that decide about it while it waits. */
export function schemaChangeDetails(change: SchemaChange): string {
  const { id, table, state, plan, version, error, decidedBy, reason, attempts, appliedAt, nextAttemptAt } = change;
  const pairs: [string, string | null][] = [
    ['change', id],
    ['connection', change.connection],
    ['module', change.module],
    ['table', table],
    ['kind', change.kind],
    ['state', state],
    ['what', describeChange(change)],
    ['found at', change.detectedAt],
    ['lock', `${plan.lock} for about ${plan.seconds} s`],
    ['rewritten', plan.rewrite ? `${formatCount(plan.bytes)} bytes` : null],
    ['do not fit', plan.misfits === undefined ? null : `${formatCount(plan.misfits)} rows`],
    ['error', error],
    ['attempts', attempts > 0 ? String(attempts) : null],
    ['next attempt', nextAttemptAt],
    ['decided by', decidedBy],
    ['reason', reason],
    ['applied at', appliedAt],
  ];
  const known = formatPairs(pairs.filter((pair): pair is [string, string] => pair[1] !== null));
  const parts = [known, listOf('Statements:', plan.statements), dependentsOf(change)];
  if (state === 'waiting') {
    const decisions = [
      `pulse schema approve ${id} --shown ${version}`,
      `pulse schema reject ${id} --shown ${version} --reason ...`,
    ];
    parts.push(listOf('To decide:', decisions));
  }
  return parts.filter(Boolean).join('\n\n');
}

function dependentsOf({ state, plan: { dependents } }: SchemaChange): string {
  if (dependents.length === 0 || state === 'applied') return '';
  const names = listOf(
    'These use the column, so PostgreSQL refuses the change:',
    dependents.map(({ name }) => name),
  );
  const drops = dependents.flatMap(({ drop }) => (drop === null ? [] : [`${drop};`]));
  const creates = dependents.flatMap(({ create }) => (create === null ? [] : [`${create};`]));
  return [names, listOf('Before it:', drops), listOf('After it:', creates)].filter(Boolean).join('\n');
}

function listOf(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [heading, ...lines.map((line) => `  ${line}`)].join('\n');
}

function describeChange({ kind, before, after }: SchemaChange): string {
  const column = (before ?? after)?.column ?? '';
  switch (kind) {
    case 'field_added':
      return `${column} ${after?.type ?? ''}`;
    case 'field_renamed':
      return `${column} -> ${after?.column ?? ''}`;
    case 'type_wider':
    case 'type_other':
      return `${column} ${before?.type ?? ''} -> ${after?.type ?? ''}`;
    case 'field_gone':
      return `drop ${column}`;
  }
}
