import type { Column } from '../data/column';
import type { GeneratedModule } from '../data/generated-module';
import { invalidData, invalidModule, noPermission, paramMissing } from '../http/api-error';
import { type Exchange, json, NO_CONTENT, type Reply } from '../http/exchange';
import type { Simulation } from '../simulation';
import { viewsOf } from '../views/custom-views';
import { viewDocument } from './custom-views';
import { fieldDocument, moduleDetails, moduleDocument } from './metadata-documents';

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
  const [view] = viewsOf(simulation, module);
  const document = {
    ...moduleDocument(module, catalog, modules.indexOf(module) + 1),
    ...moduleDetails(module),
    custom_view: view ? viewDocument(simulation, module, view) : null,
    fields: module.columns.map((column) => shownField(simulation, module, column)),
  };
  return json(200, { modules: [document] });
}

/** `GET /settings/fields?module=` (Fields Metadata). */
export function listFields(simulation: Simulation, { query }: Exchange): Reply {
  const module = fieldsModule(simulation.catalog, query);
  const type = query.get('type') ?? 'all';
  if (!['all', 'used', 'unused'].includes(type)) throw invalidData('invalid data', { param_name: 'type' });
  if (module.plan.traits.withoutFieldMetadata || type === 'unused') return NO_CONTENT;
  return json(200, { fields: module.columns.map((column) => shownField(simulation, module, column)) });
}

/** `GET /settings/fields/{id}?module=`. */
export function getField(simulation: Simulation, { query, params }: Exchange): Reply {
  const module = fieldsModule(simulation.catalog, query);
  const column = module.columns.find(({ field }) => module.fieldId(field) === params['field']);
  if (!column || module.plan.traits.withoutFieldMetadata) return NO_CONTENT;
  return json(200, { fields: [shownField(simulation, module, column)] });
}

/** A field with what was said about it since the start. */
function shownField(
  { catalog, externalFields }: Simulation,
  module: GeneratedModule,
  column: Column,
): Record<string, unknown> {
  const type = externalFields.typeOf(module, column);
  return { ...fieldDocument(module, column, catalog), ...(type && { external: { type, show: true } }) };
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
