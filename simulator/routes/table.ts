import type { Exchange, Reply } from '../http/exchange';
import type { Route } from '../http/router';
import { oauthRoutes } from '../oauth/routes';
import type { Simulation } from '../simulation';
import {
  deleteCredits,
  deleteRecords,
  insertRecords,
  isHeavyWrite,
  updateRecord,
  updateRecords,
  upsertRecords,
  writeCredits,
} from '../writes/write-records';
import { listApis } from './api-catalogue';
import { createBulkRead, downloadBulkRead, getBulkRead } from './bulk-read';
import { coqlCredits, queryRecords } from './coql';
import { listRecords } from './list-records';
import { getField, getModule, listFields, listModules } from './metadata';
import { countUsers, getOrganization, getUser, listUsers } from './organization';
import { deletedRecords, getRecord } from './read-records';
import { countRecords, searchRecords } from './search-records';
import { WRITING_LINES } from './writing-lines';

type Handler = (simulation: Simulation, exchange: Exchange) => Reply | Promise<Reply>;
export type RouteLine = readonly [
  operation: string,
  method: string,
  path: string,
  handler: Handler,
  scopes: readonly string[],
  rest?: Partial<Pick<Route, 'credits' | 'heavy'>>,
];

const CRM = '/crm/:version';
const BULK = '/crm/bulk/:version';
const always = (): boolean => true;
const WRITE = { credits: writeCredits, heavy: isHeavyWrite };
const moduleScope = (operation: string): readonly string[] => [`ZohoCRM.modules.{module}.${operation}`];

const LINES: readonly RouteLine[] = [
  ...WRITING_LINES,
  ['getOrganization', 'GET', `${CRM}/org`, getOrganization, ['ZohoCRM.org.READ']],
  ['listUsers', 'GET', `${CRM}/users`, listUsers, ['ZohoCRM.users.READ']],
  ['countUsers', 'GET', `${CRM}/users/actions/count`, countUsers, ['ZohoCRM.users.READ']],
  ['getUser', 'GET', `${CRM}/users/:user`, getUser, ['ZohoCRM.users.READ']],
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
    { credits: 50 },
  ],
  ['getBulkRead', 'GET', `${BULK}/read/:job`, getBulkRead, ['ZohoCRM.bulk.READ'], { credits: 0 }],
  ['downloadBulkRead', 'GET', `${BULK}/read/:job/result`, downloadBulkRead, ['ZohoCRM.bulk.READ'], { credits: 0 }],
  ['queryRecords', 'POST', `${CRM}/coql`, queryRecords, ['ZohoCRM.coql.READ'], { credits: coqlCredits, heavy: always }],
  ['listApis', 'GET', `${CRM}/__apis`, listApis, ['ZohoCRM.apis.READ']],
  ['deletedRecords', 'GET', `${CRM}/:module/deleted`, deletedRecords, moduleScope('READ'), { credits: 2 }],
  [
    'listRecords',
    'GET',
    `${CRM}/:module`,
    listRecords,
    moduleScope('READ'),
    {
      credits: ({ query }) => (query.has('cvid') ? 3 : 1),
      heavy: ({ query }) => query.has('cvid') || query.has('sort_by'),
    },
  ],
  ['searchRecords', 'GET', `${CRM}/:module/search`, searchRecords, moduleScope('READ'), { heavy: always }],
  ['countRecords', 'GET', `${CRM}/:module/actions/count`, countRecords, moduleScope('READ')],
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
    credits: 1,
    ...rest,
    handle: (exchange) => handler(simulation, exchange),
  }));
  return [...oauthRoutes(simulation.tokens), ...crm];
}
