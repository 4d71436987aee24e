import { invalidData } from '../../http/api-error';
import { type Exchange, isObject, json, NO_CONTENT, type Reply } from '../../http/exchange';
import { PRICES, priceOfQuery, priceOfWrite } from '../../limits/prices';
import type { Simulation } from '../../simulation';
import { readSwitch } from '../../switches';
import { MAX_RECORDS } from '../../writes/write-call';

/** The highest LIMIT of any version. */
const MOST_ROWS = 2_000;
const PRICE_OF_MOST = priceOfWrite(MAX_RECORDS);

interface OperationType {
  readonly method: string;
  readonly oauth_scope: string;
  readonly max_credits: number;
  readonly min_credits: number;
}

interface ApiEntry {
  readonly path: string;
  readonly module?: string;
  readonly operation_types: readonly OperationType[];
}

function operation(method: string, scope: string, least: number, most = least): OperationType {
  return { method, oauth_scope: scope, max_credits: most, min_credits: least };
}

const FIXED: readonly ApiEntry[] = [
  { path: '/crm/v8/org', operation_types: [operation('GET', 'ZohoCRM.org.READ', 1)] },
  { path: '/crm/v8/users', operation_types: [operation('GET', 'ZohoCRM.users.READ', 1)] },
  { path: '/crm/v8/settings/modules', operation_types: [operation('GET', 'ZohoCRM.settings.modules.READ', 1)] },
  {
    path: '/crm/v8/settings/fields',
    operation_types: [
      operation('GET', 'ZohoCRM.settings.fields.READ', 1),
      operation('POST', 'ZohoCRM.settings.fields.CREATE', 1),
      operation('PATCH', 'ZohoCRM.settings.fields.UPDATE', 1),
    ],
  },
  {
    path: '/crm/v8/actions/watch',
    operation_types: [
      operation('GET', 'ZohoCRM.notifications.READ', 1),
      operation('POST', 'ZohoCRM.notifications.CREATE', 1),
    ],
  },
  {
    path: '/crm/v8/coql',
    operation_types: [operation('POST', 'ZohoCRM.coql.READ', priceOfQuery(0), priceOfQuery(MOST_ROWS))],
  },
  { path: '/crm/bulk/v8/read', operation_types: [operation('POST', 'ZohoCRM.bulk.READ', PRICES.createBulkRead)] },
  { path: '/crm/bulk/v8/write', operation_types: [operation('POST', 'ZohoCRM.bulk.CREATE', PRICES.createBulkWrite)] },
];

function moduleEntries(simulation: Simulation, module: string): ApiEntry[] {
  const perHundred = readSwitch(simulation, 'massUpdateCreditsPer100Ids');
  const massUpdate = [perHundred, perHundred * 5, readSwitch(simulation, 'massUpdateCreditsByView')];
  const scope = (action: string): string => `ZohoCRM.modules.${module}.${action}`;
  const writes = [
    operation('POST', scope('CREATE'), 1, PRICE_OF_MOST),
    operation('PUT', scope('UPDATE'), 1, PRICE_OF_MOST),
  ];
  return [
    {
      path: `/crm/v8/${module}`,
      module,
      operation_types: [
        operation('GET', scope('READ'), 1, PRICES.customView),
        ...writes,
        operation('DELETE', scope('DELETE'), 1),
      ],
    },
    {
      path: `/crm/v8/${module}/deleted`,
      module,
      operation_types: [operation('GET', scope('READ'), PRICES.deletedRecords)],
    },
    {
      path: `/crm/v8/${module}/search`,
      module,
      operation_types: [operation('GET', scope('READ'), readSwitch(simulation, 'searchCredits'))],
    },
    {
      path: `/crm/v8/${module}/actions/mass_update`,
      module,
      operation_types: [
        operation('POST', `ZohoCRM.mass_update.${module}.UPDATE`, Math.min(...massUpdate), Math.max(...massUpdate)),
      ],
    },
    {
      path: `/crm/v8/${module}/upsert`,
      module,
      operation_types: [operation('POST', scope('CREATE'), 1, PRICE_OF_MOST)],
    },
  ];
}

/** `GET /__apis` (Get Supported APIs): what each call costs. */
export function listApis(simulation: Simulation, { query }: Exchange): Reply {
  const entries = [
    ...FIXED,
    ...simulation.catalog.modules().flatMap(({ apiName }) => moduleEntries(simulation, apiName)),
  ];
  const fits = filterOf(query.get('filters'));
  const shown = entries.filter(fits).map(({ path, operation_types }) => ({ path, operation_types }));
  return shown.length === 0 ? NO_CONTENT : json(200, { __apis: shown });
}

/** One criterion: `{"field":{"api_name":"module"},"comparator":"equals","value":"Leads"}`. */
function filterOf(text: string | null): (entry: ApiEntry) => boolean {
  if (text === null) return () => true;
  const criterion = parseJson(text);
  const field = isObject(criterion) && isObject(criterion['field']) ? criterion['field']['api_name'] : undefined;
  const { comparator, value } = isObject(criterion) ? criterion : {};
  if (typeof value !== 'string' || (comparator !== 'equals' && comparator !== 'contains')) throw invalidFilter();
  const test = (candidate = ''): boolean => (comparator === 'equals' ? candidate === value : candidate.includes(value));
  switch (field) {
    case 'module':
      return ({ module }) => test(module);
    case 'operation_types.method':
      return ({ operation_types }) => operation_types.some(({ method }) => test(method));
    case 'operation_types.oauth_scope':
      return ({ operation_types }) => operation_types.some(({ oauth_scope }) => test(oauth_scope));
    default:
      throw invalidFilter();
  }
}

function invalidFilter(): Error {
  return invalidData('invalid data', { param_name: 'filters' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
