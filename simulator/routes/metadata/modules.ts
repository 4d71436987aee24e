import type { GeneratedModule } from '../../data/generated-module';
import { invalidData, invalidModule, noPermission, paramMissing } from '../../http/api-error';
import { type Exchange, json, NO_CONTENT, type Reply } from '../../http/exchange';
import type { Simulation } from '../../simulation';
import { rulesOf, type VersionRules } from '../../versions';
import { viewsOf } from '../../views/custom-views';
import { viewDocument } from './custom-views';
import { fieldDocument, idFieldDocument, moduleDetails, moduleDocument } from './documents';

const MODULE_STATUSES = ['visible', 'scheduled_for_deletion', 'user_hidden', 'system_hidden'];

/** `GET /settings/modules` (Modules Metadata). */
export function listModules({ catalog }: Simulation, { query }: Exchange): Reply {
  const status = query.get('status');
  if (status !== null && status.split(',').some((name) => !MODULE_STATUSES.includes(name))) {
    throw invalidData('invalid data', { param_name: 'status' });
  }
  if (status !== null && !status.split(',').includes('visible')) return NO_CONTENT;
  return json(200, { modules: catalog.modules().map((module, i) => moduleDocument(module, catalog, i + 1)) });
}

/** `GET /settings/modules/{api_name or id}`. */
export function getModule(simulation: Simulation, { params }: Exchange): Reply {
  const { catalog } = simulation;
  const wanted = params['module'] ?? '';
  const modules = catalog.modules();
  const module = catalog.module(wanted) ?? modules.find(({ id }) => id === wanted);
  if (!module) throw invalidModule();
  const rules = rulesOf(params['version']);
  const [view] = viewsOf(simulation, module);
  const document = {
    ...moduleDocument(module, catalog, modules.indexOf(module) + 1),
    ...moduleDetails(module),
    custom_view: view ? viewDocument(simulation, module, view) : null,
    ...(rules.moduleHasFields && { fields: shownFields(simulation, module, rules) }),
  };
  return json(200, { modules: [document] });
}

/** `GET /settings/fields?module=` (Fields Metadata). */
export function listFields(simulation: Simulation, { query, params }: Exchange): Reply {
  const module = fieldsModule(simulation.catalog, query);
  const type = query.get('type') ?? 'all';
  if (!['all', 'used', 'unused'].includes(type)) throw invalidData('invalid data', { param_name: 'type' });
  if (module.plan.traits.withoutFieldMetadata || type === 'unused') return NO_CONTENT;
  return json(200, { fields: shownFields(simulation, module, rulesOf(params['version'])) });
}

/** `GET /settings/fields/{id}?module=`. */
export function getField(simulation: Simulation, { query, params }: Exchange): Reply {
  const module = fieldsModule(simulation.catalog, query);
  const fields = shownFields(simulation, module, rulesOf(params['version']));
  const field = fields.find(({ id }) => id === params['field']);
  if (!field || module.plan.traits.withoutFieldMetadata) return NO_CONTENT;
  return json(200, { fields: [field] });
}

/** All fields of a module, each with what was said about it since the start. */
function shownFields(
  { catalog, externalFields }: Simulation,
  module: GeneratedModule,
  rules: VersionRules,
): Record<string, unknown>[] {
  const columns = module.columns.map((column) => {
    const type = externalFields.typeOf(module, column);
    return { ...fieldDocument(module, column, catalog, rules), ...(type && { external: { type, show: true } }) };
  });
  return [...columns, idFieldDocument(module)];
}

function fieldsModule(catalog: Simulation['catalog'], query: URLSearchParams): ReturnType<typeof namedModule> {
  const name = query.get('module');
  if (name === null || name === '') throw paramMissing('module');
  return namedModule(catalog, name);
}

function namedModule(catalog: Simulation['catalog'], name: string): NonNullable<ReturnType<typeof catalog.module>> {
  const module = catalog.module(name);
  if (!module) throw invalidModule();
  if (module.plan.traits.forbidden) throw noPermission(`Crm_Implied_View_${module.apiName}`);
  return module;
}
