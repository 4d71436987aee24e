import { type Exchange, json, NO_CONTENT, type Reply } from '../../http/exchange';
import type { Simulation } from '../../simulation';

const ACCESS_TIME = 1_559_390_400;
const ROLES = [
  { id: '5500000000000026005', name: 'CEO', boss: null },
  { id: '5500000000000026008', name: 'Manager', boss: { name: 'CEO', id: '5500000000000026005' } },
] as const;
const PROFILES = [
  { id: '5500000000000026011', name: 'Administrator', custom: false },
  { id: '5500000000000026014', name: 'Standard', custom: false },
] as const;
const ACTIONS = ['View', 'Create', 'Edit', 'Delete'] as const;

/** `GET /settings/roles` and `GET /settings/roles/{id}`. */
export function listRoles({ catalog }: Simulation, { params }: Exchange): Reply {
  const time = catalog.zone.format(ACCESS_TIME);
  const roles = ROLES.filter(({ id }) => params['role'] === undefined || id === params['role']).map(
    ({ id, name, boss }) => ({
      display_label: name,
      created_by__s: null,
      modified_by__s: null,
      forecast_manager: null,
      share_with_peers: true,
      modified_time__s: time,
      description: null,
      reporting_to: boss,
      name,
      id,
      created_time__s: time,
      admin_user: boss === null,
    }),
  );
  return roles.length === 0 ? NO_CONTENT : json(200, { roles });
}

/** `GET /settings/profiles`. */
export function listProfiles(simulation: Simulation): Reply {
  return json(200, { profiles: PROFILES.map((profile) => profileDocument(simulation, profile)) });
}

/** `GET /settings/profiles/{id}`: with what the profile permits in each module. */
export function getProfile(simulation: Simulation, { params }: Exchange): Reply {
  const profile = PROFILES.find(({ id }) => id === params['profile']);
  if (!profile) return NO_CONTENT;
  const details = simulation.catalog.modules().flatMap((module) =>
    ACTIONS.map((action, place) => ({
      display_label: action,
      module: module.apiName,
      name: `Crm_Implied_${action}_${module.apiName}`,
      id: `${module.id.slice(0, -1)}${place + 1}`,
      enabled: !module.plan.traits.forbidden,
      parent_permissions: null,
    })),
  );
  return json(200, { profiles: [{ ...profileDocument(simulation, profile), permissions_details: details }] });
}

function profileDocument({ catalog }: Simulation, profile: (typeof PROFILES)[number]): Record<string, unknown> {
  return {
    display_label: profile.name,
    created_time: null,
    modified_time: catalog.zone.format(ACCESS_TIME),
    permission_type: 'normal_profile',
    custom: profile.custom,
    name: profile.name,
    modified_by: null,
    description: null,
    id: profile.id,
    created_by: null,
  };
}

/** `GET /org/currencies`: the home currency, as the organization has no other. */
export function listCurrencies({ catalog }: Simulation): Reply {
  const time = catalog.zone.format(ACCESS_TIME);
  const currency = {
    symbol: '$',
    created_time: time,
    is_active: true,
    exchange_rate: '1.000000000',
    format: { decimal_separator: 'Period', thousand_separator: 'Comma', decimal_places: '2' },
    created_by: null,
    prefix_symbol: true,
    is_base: true,
    modified_time: time,
    name: 'US Dollar - USD',
    modified_by: null,
    id: '5500000000000025001',
    iso_code: 'USD',
  };
  return json(200, { currencies: [currency] });
}
