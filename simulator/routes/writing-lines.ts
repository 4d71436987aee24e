import { PRICES } from '../limits/prices';
import { createBulkWrite, downloadBulkWrite, getBulkWrite, uploadFile } from './bulk-write';
import { createFields, deleteField, updateField, updateFields } from './metadata/custom-fields';
import { getMassUpdate, massUpdate, massUpdateCredits } from './records/mass-update';
import { addTags, createTags, listTags, removeTags, tagCredits } from './records/tags';
import { polling, type RouteLine } from './route-line';
import {
  disableNotifications,
  enableNotifications,
  getNotifications,
  patchNotifications,
  updateNotifications,
} from './watch';

const CRM = '/crm/:version';
const WRITE = '/crm/bulk/:version/write';
const DOWNLOAD = '/v2/crm/:zgid/bulk-write/:job/:file';
const FREE = { credits: 0 };
const MASS_UPDATE = `${CRM}/:module/actions/mass_update`;
const FIELDS = `${CRM}/settings/fields`;
const TAGS = `${CRM}/settings/tags`;
const TAG_SCOPE = ['ZohoCRM.modules.{module}.CREATE'];
const WATCH = `${CRM}/actions/watch`;
const watchScope = (...operations: string[]): string[] =>
  operations.map((operation) => `ZohoCRM.notifications.${operation}`);

/** Operations that change fields, write in bulk, and subscribe to changes. They come before the modules' own paths. */
export const WRITING_LINES: readonly RouteLine[] = [
  ['createFields', 'POST', FIELDS, createFields, ['ZohoCRM.settings.fields.CREATE']],
  ['updateFields', 'PATCH', FIELDS, updateFields, ['ZohoCRM.settings.fields.UPDATE']],
  ['updateField', 'PATCH', `${FIELDS}/:field`, updateField, ['ZohoCRM.settings.fields.UPDATE']],
  ['deleteField', 'DELETE', `${FIELDS}/:field`, deleteField, ['ZohoCRM.settings.fields.DELETE']],
  ['uploadFile', 'POST', `${CRM}/upload`, uploadFile, ['ZohoFiles.files.CREATE'], FREE],
  ['createBulkWrite', 'POST', WRITE, createBulkWrite, ['ZohoCRM.bulk.CREATE'], { credits: PRICES.createBulkWrite }],
  ['getBulkWrite', 'GET', `${WRITE}/:job`, getBulkWrite, ['ZohoCRM.bulk.READ', 'ZohoCRM.bulk.CREATE'], polling],
  ['downloadBulkWrite', 'GET', DOWNLOAD, downloadBulkWrite, ['ZohoCRM.bulk.READ', 'ZohoCRM.bulk.CREATE'], polling],
  [
    'massUpdate',
    'POST',
    MASS_UPDATE,
    massUpdate,
    ['ZohoCRM.mass_update.{module}.UPDATE'],
    { credits: massUpdateCredits },
  ],
  ['getMassUpdate', 'GET', MASS_UPDATE, getMassUpdate, ['ZohoCRM.mass_update.{module}.READ'], polling],
  ['listTags', 'GET', TAGS, listTags, ['ZohoCRM.settings.tags.READ']],
  ['createTags', 'POST', TAGS, createTags, ['ZohoCRM.settings.tags.CREATE']],
  ['addTags', 'POST', `${CRM}/:module/actions/add_tags`, addTags, TAG_SCOPE, { credits: tagCredits }],
  ['addTags', 'POST', `${CRM}/:module/:id/actions/add_tags`, addTags, TAG_SCOPE],
  ['removeTags', 'POST', `${CRM}/:module/actions/remove_tags`, removeTags, TAG_SCOPE, { credits: tagCredits }],
  ['removeTags', 'POST', `${CRM}/:module/:id/actions/remove_tags`, removeTags, TAG_SCOPE],
  ['getNotifications', 'GET', WATCH, getNotifications, watchScope('READ')],
  ['enableNotifications', 'POST', WATCH, enableNotifications, watchScope('CREATE', 'WRITE')],
  ['updateNotifications', 'PUT', WATCH, updateNotifications, watchScope('UPDATE', 'WRITE')],
  ['patchNotifications', 'PATCH', WATCH, patchNotifications, watchScope('UPDATE', 'WRITE')],
  ['disableNotifications', 'DELETE', WATCH, disableNotifications, watchScope('DELETE')],
];
