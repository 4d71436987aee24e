import type { User } from '../../data/users';
import { invalidData } from '../../http/api-error';
import { type Exchange, json, NO_CONTENT, type Reply } from '../../http/exchange';
import type { Simulation } from '../../simulation';
import { readSwitch } from '../../switches';
import { integerParameter, MAX_PER_PAGE, modifiedFrom, nameList } from '../parameters';

const ORGANIZATION_TIME = 1_559_390_400;
/** Types that list everybody, as all generated users are active and confirmed. */
const EVERYBODY = ['AllUsers', 'AllActiveUsers', 'ActiveUsers', 'ConfirmedUsers', 'ActiveConfirmedUsers'];
const NOBODY = ['DeactiveUsers', 'NotConfirmedUsers', 'DeletedUsers', 'DeveloperUsers', 'ActiveLiteUser'];
const ADMINISTRATORS = ['AdminUsers', 'ActiveConfirmedAdmins', 'CurrentUser'];

/** `GET /org` (Organization Data). */
export function getOrganization({ catalog, options }: Simulation): Reply {
  const created = catalog.zone.format(ORGANIZATION_TIME);
  const organization = {
    country: 'US',
    photo_id: null,
    city: null,
    description: null,
    mc_status: false,
    gapps_enabled: false,
    translation_enabled: false,
    street: null,
    domain_name: 'org700001',
    alias: null,
    currency: 'US Dollar - USD',
    id: '5500000000000020010',
    state: null,
    fax: null,
    zip: null,
    employee_count: '100',
    website: 'https://simulator.example',
    currency_symbol: '$',
    mobile: null,
    currency_locale: 'en_US',
    primary_zuid: catalog.users[0]?.zuid,
    zia_portal_id: null,
    time_zone: options.timeZone,
    zgid: '700001',
    country_code: 'US',
    deletable_org_account: true,
    license_details: {
      paid_expiry: null,
      users_license_purchased: options.users,
      trial_type: null,
      trial_expiry: null,
      paid: true,
      paid_type: options.edition,
      trial_action: null,
    },
    hierarchy_preferences: { type: 'Role_Hierarchy', strictly_reporting: false },
    phone: '555-0100',
    company_name: 'Simulated Company',
    privacy_settings: false,
    primary_email: catalog.users[0]?.email,
    iso_code: 'USD',
    hipaa_compliance_enabled: false,
    lite_users_enabled: false,
    max_per_page: MAX_PER_PAGE,
    ezgid: '700001',
    call_icon: 'default',
    oauth_presence: true,
    zia_zgid: null,
    checkin_preferences: { restricted_event_types: null },
    type: 'production',
    created_time: created,
  };
  return json(200, { org: [organization] });
}

/** `GET /users` (Get Users). */
export function listUsers(simulation: Simulation, exchange: Exchange): Reply {
  const { query } = exchange;
  const ids = nameList(query.get('ids'));
  const from = modifiedFrom(exchange, readSwitch(simulation, 'modifiedSinceInclusive'));
  const users = usersOfType(simulation, query.get('type'))
    .filter((user) => ids.length === 0 || ids.includes(user.id))
    .filter((user) => from === undefined || modifiedAt(user) >= from);
  const perPage = integerParameter(query, 'per_page', MAX_PER_PAGE, MAX_PER_PAGE);
  const page = integerParameter(query, 'page', 1);
  const shown = users.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return from === undefined ? NO_CONTENT : { status: 304 };
  const info = { per_page: perPage, count: shown.length, page, more_records: users.length > page * perPage };
  return json(200, { users: shown.map((user) => userDocument(simulation, user)), info });
}

/** `GET /users/{id}`. */
export function getUser(simulation: Simulation, { params }: Exchange): Reply {
  const user = simulation.catalog.users.find(({ id }) => id === params['user']);
  return user ? json(200, { users: [userDocument(simulation, user)] }) : NO_CONTENT;
}

/** `GET /users/actions/count`. */
export function countUsers(simulation: Simulation, { query }: Exchange): Reply {
  const count = usersOfType(simulation, query.get('type')).length;
  return json(200, { count: readSwitch(simulation, 'userCountAsText') ? String(count) : count });
}

function usersOfType({ catalog }: Simulation, type: string | null): readonly User[] {
  if (type === null || EVERYBODY.includes(type)) return catalog.users;
  if (ADMINISTRATORS.includes(type)) return catalog.users.slice(0, 1);
  if (NOBODY.includes(type)) return [];
  throw invalidData('invalid data', { param_name: 'type' });
}

function modifiedAt({ modified = ORGANIZATION_TIME }: User): number {
  return modified;
}

function userDocument({ catalog, options, clock }: Simulation, user: User): Record<string, unknown> {
  const administrator = catalog.users[0];
  const by = { name: administrator?.name, id: administrator?.id };
  const time = catalog.zone.format(ORGANIZATION_TIME);
  const isAdministrator = user === administrator;
  return {
    id: user.id,
    zuid: user.zuid,
    first_name: user.first_name,
    last_name: user.last_name,
    full_name: user.name,
    email: user.email,
    status: 'active',
    confirm: true,
    type__s: 'Regular User',
    profile: {
      name: isAdministrator ? 'Administrator' : 'Standard',
      id: `550000000000002601${isAdministrator ? 1 : 4}`,
    },
    role: { name: isAdministrator ? 'CEO' : 'Manager', id: `550000000000002600${isAdministrator ? 5 : 8}` },
    language: 'en_US',
    locale: 'en_US',
    country_locale: 'US',
    time_zone: options.timeZone,
    time_format: 'HH:mm',
    date_format: 'yyyy-MM-dd',
    offset: catalog.zone.offsetMinutes(clock.seconds()) * 60_000,
    microsoft: false,
    personal_account: false,
    isonline: false,
    sandboxDeveloper: false,
    default_tab_group: '0',
    category: 'regular_user',
    created_time: time,
    created_by: by,
    Modified_Time: catalog.zone.format(modifiedAt(user)),
    Modified_By: by,
  };
}
