import { invalidUrl } from '../http/api-error';
import type { Route } from '../http/router';
import { PRICES } from '../limits/prices';
import { oauthRoutes } from '../oauth/routes';
import type { Simulation } from '../simulation';
import { readSwitch } from '../switches';
import { requireVersion } from '../versions';
import { deleteCredits, isHeavyWrite, writeCredits } from '../writes/write-prices';
import { deleteRecords, insertRecords, updateRecord, updateRecords, upsertRecords } from '../writes/write-records';
import { createBulkRead, downloadBulkRead, getBulkRead } from './bulk-read';
import { getProfile, listCurrencies, listProfiles, listRoles } from './metadata/access';
import { listApis } from './metadata/api-catalog';
import { getCustomView, listCustomViews } from './metadata/custom-views';
import { listLayouts } from './metadata/layouts';
import { getField, getModule, listFields, listModules } from './metadata/modules';
import { countUsers, getOrganization, getUser, listUsers } from './metadata/organization';
import { SETTINGS_LINES } from './metadata/settings-lists';
import { coqlCredits, queryRecords } from './records/coql';
import { withRecordIds } from './records/external-ids';
import { fetchFullData } from './records/full-data';
import { listRecords } from './records/list-records';
import { deletedRecords, getRecord } from './records/read-records';
import { emptyRecycleBin, getRecycled, listRecycleBin } from './records/recycle-bin';
import { countRecords, searchRecords } from './records/search-records';
import { polling, type Rest, type RouteLine } from './route-line';
import { WRITING_LINES } from './writing-lines';

const CRM = '/crm/:version';
const BULK = '/crm/bulk/:version';
const always = (): boolean => true;
const RECYCLE_BIN: Rest = { since: 8 };
const RECYCLE_READ = ['ZohoCRM.settings.recycle_bin.READ'];
const RECYCLE_DELETE = ['ZohoCRM.settings.recycle_bin.DELETE'];
const WRITE = { credits: writeCredits, heavy: isHeavyWrite };
const moduleScope = (operation: string): readonly string[] => [`ZohoCRM.modules.{module}.${operation}`];

const LINES: readonly RouteLine[] = [
  ...WRITING_LINES,
  ...SETTINGS_LINES,
  ['getOrganization', 'GET', `${CRM}/org`, getOrganization, ['ZohoCRM.org.READ']],
  ['listUsers', 'GET', `${CRM}/users`, listUsers, ['ZohoCRM.users.READ']],
  ['countUsers', 'GET', `${CRM}/users/actions/count`, countUsers, ['ZohoCRM.users.READ']],
  ['getUser', 'GET', `${CRM}/users/:user`, getUser, ['ZohoCRM.users.READ']],
  ['listCurrencies', 'GET', `${CRM}/org/currencies`, listCurrencies, ['ZohoCRM.settings.currencies.READ']],
  ['listRoles', 'GET', `${CRM}/settings/roles`, listRoles, ['ZohoCRM.settings.roles.READ']],
  ['getRole', 'GET', `${CRM}/settings/roles/:role`, listRoles, ['ZohoCRM.settings.roles.READ']],
  ['listProfiles', 'GET', `${CRM}/settings/profiles`, listProfiles, ['ZohoCRM.settings.profiles.READ']],
  ['getProfile', 'GET', `${CRM}/settings/profiles/:profile`, getProfile, ['ZohoCRM.settings.profiles.READ']],
  ['listLayouts', 'GET', `${CRM}/settings/layouts`, listLayouts, ['ZohoCRM.settings.layouts.READ']],
  ['listCustomViews', 'GET', `${CRM}/settings/custom_views`, listCustomViews, ['ZohoCRM.settings.custom_views.READ']],
  ['getCustomView', 'GET', `${CRM}/settings/custom_views/:view`, getCustomView, ['ZohoCRM.settings.custom_views.READ']],
  ['listRecycleBin', 'GET', `${CRM}/settings/recycle_bin`, listRecycleBin, RECYCLE_READ, RECYCLE_BIN],
  ['getRecycled', 'GET', `${CRM}/settings/recycle_bin/:record`, getRecycled, RECYCLE_READ, RECYCLE_BIN],
  ['emptyRecycleBin', 'DELETE', `${CRM}/settings/recycle_bin`, emptyRecycleBin, RECYCLE_DELETE, RECYCLE_BIN],
  ['deleteRecycled', 'DELETE', `${CRM}/settings/recycle_bin/:record`, emptyRecycleBin, RECYCLE_DELETE, RECYCLE_BIN],
  ['listModules', 'GET', `${CRM}/settings/modules`, listModules, ['ZohoCRM.settings.modules.READ']],
  ['getModule', 'GET', `${CRM}/settings/modules/:module`, getModule, ['ZohoCRM.settings.modules.READ']],
  ['listFields', 'GET', `${CRM}/settings/fields`, listFields, ['ZohoCRM.settings.fields.READ']],
  ['getField', 'GET', `${CRM}/settings/fields/:field`, getField, ['ZohoCRM.settings.fields.READ']],
  [
    'createBulkRead',
    'POST',
    `${BULK}/read`,
    createBulkRead,
    ['ZohoCRM.bulk.READ', 'ZohoCRM.bulk.CREATE'],
    { credits: PRICES.createBulkRead },
  ],
  ['getBulkRead', 'GET', `${BULK}/read/:job`, getBulkRead, ['ZohoCRM.bulk.READ'], polling],
  ['downloadBulkRead', 'GET', `${BULK}/read/:job/result`, downloadBulkRead, ['ZohoCRM.bulk.READ'], polling],
  ['queryRecords', 'POST', `${CRM}/coql`, queryRecords, ['ZohoCRM.coql.READ'], { credits: coqlCredits, heavy: always }],
  ['listApis', 'GET', `${CRM}/__apis`, listApis, ['ZohoCRM.apis.READ']],
  [
    'deletedRecords',
    'GET',
    `${CRM}/:module/deleted`,
    deletedRecords,
    moduleScope('READ'),
    { credits: PRICES.deletedRecords },
  ],
  [
    'listRecords',
    'GET',
    `${CRM}/:module`,
    listRecords,
    moduleScope('READ'),
    {
      credits: ({ query }) => (query.has('cvid') ? PRICES.customView : 1),
      heavy: ({ query }) => query.has('cvid') || query.has('sort_by'),
    },
  ],
  [
    'searchRecords',
    'GET',
    `${CRM}/:module/search`,
    searchRecords,
    moduleScope('READ'),
    { heavy: always, credits: (_, simulation) => readSwitch(simulation, 'searchCredits') },
  ],
  ['countRecords', 'GET', `${CRM}/:module/actions/count`, countRecords, moduleScope('READ')],
  ['fetchFullData', 'GET', `${CRM}/:module/actions/fetch_full_data`, fetchFullData, moduleScope('READ'), { since: 8 }],
  [
    'fetchFullData',
    'GET',
    `${CRM}/:module/:id/actions/fetch_full_data`,
    fetchFullData,
    moduleScope('READ'),
    { since: 8 },
  ],
  ['insertRecords', 'POST', `${CRM}/:module`, insertRecords, moduleScope('CREATE'), WRITE],
  ['updateRecords', 'PUT', `${CRM}/:module`, updateRecords, moduleScope('UPDATE'), WRITE],
  ['upsertRecords', 'POST', `${CRM}/:module/upsert`, upsertRecords, moduleScope('CREATE'), WRITE],
  ['deleteRecords', 'DELETE', `${CRM}/:module`, deleteRecords, moduleScope('DELETE'), { credits: deleteCredits }],
  ['deleteRecord', 'DELETE', `${CRM}/:module/:id`, deleteRecords, moduleScope('DELETE')],
  ['updateRecord', 'PUT', `${CRM}/:module/:id`, updateRecord, moduleScope('UPDATE'), WRITE],
  ['getRecord', 'GET', `${CRM}/:module/:id`, getRecord, moduleScope('READ')],
];

/** Every route of the simulated API. What comes first wins where two paths fit. */
export function routeTable(simulation: Simulation): Route[] {
  const crm = LINES.map(([operation, method, path, handler, scopes, rest]): Route => ({
    operation,
    method,
    path,
    scopes,
    ...(rest?.heavy && { heavy: rest.heavy }),
    credits: priceOf(simulation, rest?.credits ?? 1),
    handle: (exchange) => {
      if (isNoModule(exchange.params['module'])) throw invalidUrl();
      if (rest?.since !== undefined) requireVersion(exchange.params['version'], rest.since);
      return handler(simulation, withRecordIds(simulation, exchange));
    },
  }));
  return [...oauthRoutes(simulation), ...crm];
}

/** Parts of paths that are no modules, where a path of theirs is not known. */
function isNoModule(name: string | undefined): boolean {
  return name !== undefined && (name === 'settings' || name === 'org' || name === 'users' || name.startsWith('__'));
}

function priceOf(simulation: Simulation, credits: NonNullable<Rest['credits']>): Route['credits'] {
  return typeof credits === 'number' ? credits : (exchange) => credits(exchange, simulation);
}
