import type { RouteLine } from './table';
import {
  disableNotifications,
  enableNotifications,
  getNotifications,
  patchNotifications,
  updateNotifications,
} from './watch';

const CRM = '/crm/:version';
const WATCH = `${CRM}/actions/watch`;
const watchScope = (...operations: string[]): string[] =>
  operations.map((operation) => `ZohoCRM.notifications.${operation}`);

/** Operations that change fields, write in bulk, and subscribe to changes. They come before the modules' own paths. */
export const WRITING_LINES: readonly RouteLine[] = [
  ['getNotifications', 'GET', WATCH, getNotifications, watchScope('READ')],
  ['enableNotifications', 'POST', WATCH, enableNotifications, watchScope('CREATE', 'WRITE')],
  ['updateNotifications', 'PUT', WATCH, updateNotifications, watchScope('UPDATE', 'WRITE')],
  ['patchNotifications', 'PATCH', WATCH, patchNotifications, watchScope('UPDATE', 'WRITE')],
  ['disableNotifications', 'DELETE', WATCH, disableNotifications, watchScope('DELETE')],
];
