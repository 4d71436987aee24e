/** Every export is a workflow type; its name is what the Temporal UI shows. */
export { bulkWrite } from './bulk-write';
export { fullSync } from './full-sync';
export { incrementalSync } from './incremental-sync';
export { massUpdate } from './mass-update';
export { reconcileConnections } from './reconcile-connections';
export { reconcileSessions } from './reconcile-sessions';
