import { invalidModule, noPermission, paramMissing } from '../../http/api-error';
import { type Exchange, json, type Reply } from '../../http/exchange';
import type { Simulation } from '../../simulation';
import { fieldDocument } from './documents';

const LAYOUT_ID = '5500000000000091055';

/** `GET /settings/layouts?module=` (Layouts Metadata): every module has the one layout, with all fields in one section. */
export function listLayouts({ catalog }: Simulation, { query }: Exchange): Reply {
  const name = query.get('module');
  if (!name) throw paramMissing('module');
  const module = catalog.module(name);
  if (!module) throw invalidModule();
  if (module.plan.traits.forbidden) throw noPermission(`Crm_Implied_View_${module.apiName}`);
  const fields = module.columns.map((column) => fieldDocument(module, column, catalog));
  const section = {
    display_label: `${module.plan.singular} Information`,
    sequence_number: 1,
    issubformsection: false,
    tab_traversal: 2,
    api_name: `${module.plan.singular.replaceAll(' ', '_')}_Information`,
    column_count: 2,
    name: `${module.plan.singular} Information`,
    generated_type: 'default',
    type: 'used',
    fields,
  };
  const layout = {
    created_time: null,
    convert_mapping: null,
    modified_time: null,
    visible: true,
    name: 'Standard',
    display_label: 'Standard',
    api_name: 'Standard',
    status: 'active',
    modified_by: null,
    profiles: [{ default: true, name: 'Administrator', id: '5500000000000026011' }],
    id: LAYOUT_ID,
    created_by: null,
    sections: [section],
  };
  return json(200, { layouts: [layout] });
}
