import type { GeneratedModule } from '../../data/generated-module';
import { invalidId, invalidModule, noPermission, paramMissing } from '../../http/api-error';
import { type Exchange, json, NO_CONTENT, type Reply } from '../../http/exchange';
import type { Condition } from '../../query/condition';
import type { Simulation } from '../../simulation';
import { type CustomView, viewsOf } from '../../views/custom-views';
import { integerParameter, MAX_PER_PAGE } from '../parameters';

const SHOWN_FIELDS = 5;
const VIEWS_TIME = 1_767_258_000;

/** `GET /settings/custom_views?module=` (Custom Views Metadata). */
export function listCustomViews(simulation: Simulation, { query }: Exchange): Reply {
  const module = moduleOf(simulation, query);
  const views = viewsOf(simulation, module);
  const perPage = integerParameter(query, 'per_page', MAX_PER_PAGE, MAX_PER_PAGE);
  const page = integerParameter(query, 'page', 1);
  const shown = views.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return NO_CONTENT;
  const info = {
    per_page: perPage,
    default: views[0]?.id,
    count: shown.length,
    page,
    more_records: views.length > page * perPage,
    translation: {
      public_views: 'Public Views',
      other_users_views: 'Other Users Views',
      shared_with_me: 'Shared With Me',
      created_by_me: 'Created By Me',
    },
  };
  return json(200, { custom_views: shown.map((view) => viewDocument(simulation, module, view)), info });
}

/** `GET /settings/custom_views/{id}?module=`. */
export function getCustomView(simulation: Simulation, { params, query }: Exchange): Reply {
  const module = moduleOf(simulation, query);
  const id = params['view'] ?? '';
  if (!/^\d{1,19}$/.test(id)) throw invalidId(id);
  const view = viewsOf(simulation, module).find((candidate) => candidate.id === id);
  return view ? json(200, { custom_views: [viewDocument(simulation, module, view)] }) : NO_CONTENT;
}

function moduleOf({ catalog }: Simulation, query: URLSearchParams): GeneratedModule {
  const name = query.get('module');
  if (!name) throw paramMissing('module');
  const module = catalog.module(name);
  if (!module) throw invalidModule();
  if (module.plan.traits.forbidden) throw noPermission(`Crm_Implied_View_${module.apiName}`);
  return module;
}

/** A view as Custom Views Metadata shows it. */
export function viewDocument(
  { catalog }: Simulation,
  module: GeneratedModule,
  { id, name, systemName, category, condition }: CustomView,
): Record<string, unknown> {
  const [administrator] = catalog.users;
  const maker = systemName === null ? { name: administrator?.name, id: administrator?.id } : null;
  const time = systemName === null ? catalog.zone.format(VIEWS_TIME) : null;
  return {
    display_value: name,
    system_name: systemName,
    category,
    created_time: time,
    modified_time: time,
    last_accessed_time: time,
    name,
    created_by: maker,
    modified_by: maker,
    module: { api_name: module.apiName, id: module.id },
    criteria: condition ? criteriaDocument(module, condition) : null,
    default: systemName === 'ALLVIEWS',
    system_defined: systemName !== null,
    locked: false,
    favorite: null,
    offline: true,
    access_type: 'public',
    shared_to: [],
    fields: module.columns.slice(0, SHOWN_FIELDS).map(({ field }) => ({
      api_name: field.apiName,
      id: module.fieldId(field),
      _pin: false,
    })),
    sort_by: null,
    sort_order: null,
    id,
  };
}

/** A single comparison, which is all that the views here are made of. */
function criteriaDocument(module: GeneratedModule, condition: Condition): Record<string, unknown> | null {
  if (!('path' in condition)) return null;
  const column = module.column(condition.path);
  return {
    comparator: condition.comparison,
    field: { api_name: condition.path, id: column ? module.fieldId(column.field) : null },
    value: condition.operands[0],
  };
}
