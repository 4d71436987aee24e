/** The part of Zoho's `details` that may be stored and shown. */
export type SafeDetails = Readonly<Record<string, unknown>>;

/** Keys whose values are names, positions and limits. Everything else may hold what a person typed into the CRM. */
const SAFE_KEYS: ReadonlySet<string> = new Set([
  'action',
  'ambiguity_due_to',
  'api_name',
  'clause',
  'column',
  'column_name',
  'comparator',
  'dependee',
  'duplicate_record',
  'errors',
  'expected_data_type',
  'expected_fields',
  'field',
  'id',
  'json_path',
  'limit',
  'limit_due_to',
  'line',
  'max_limit',
  'maximum_length',
  'minimum_length',
  'module',
  'operator',
  'param_name',
  'param_names',
  'parent_api_name',
  'permissions',
  'resource_path_index',
  'retry_after',
  'supported',
  'supported_values',
  'supported_version',
  'code',
  'details',
]);

/** The form of API names, JSON paths, ids and operators; prose and most record values do not have it. */
const NAME = /^[\w$.[\]>-]{1,200}$/;

const MAX_LIST = 20;
const DEEPEST = 4;

/**
 * The subset of an error's `details` that names fields, parameters and limits. Values, messages and anything unknown
 * are dropped, since Zoho repeats record values in them.
 */
export function safeDetails(details: unknown): SafeDetails {
  const kept = keep(details, DEEPEST);
  return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? (kept as SafeDetails) : {};
}

function keep(value: unknown, depth: number): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return NAME.test(value) ? value : undefined;
  if (typeof value !== 'object' || value === null || depth === 0) return undefined;
  if (Array.isArray(value)) {
    return value
      .slice(0, MAX_LIST)
      .map((item) => keep(item, depth - 1))
      .filter((item) => item !== undefined);
  }
  const entries = Object.entries(value)
    .filter(([key]) => SAFE_KEYS.has(key))
    .map(([key, item]) => [key, keep(item, depth - 1)] as const)
    .filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries);
}
