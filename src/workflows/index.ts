/** Every export is a workflow type; its name is what the Temporal UI shows. */
export { applyApproval } from './approvals/apply-approval';
export { bulkWrite } from './bulk-operations/bulk-write';
export { fillColumns } from './schema-changes/fill-columns';
export { fullSync } from './pull/full-sync';
export { housekeeping } from './maintenance/housekeeping';
export { incrementalSync } from './pull/incremental-sync';
export { ingestNotifications } from './notifications/ingest-notifications';
export { massUpdate } from './bulk-operations/mass-update';
export { nightlySync } from './schedules/nightly-sync';
export { verifyMirror } from './pull/verify-mirror';
export { refreshRecords } from './pull/refresh-records';
