/**
 * Where work is done. Workflows and quick database work share `core`; calls to Zoho wait on the network and are
 * limited by Zoho's concurrency; loads are limited by PostgreSQL. A slow load never holds up a call, nor the reverse.
 */
export const TASK_QUEUES = {
  core: 'pulse-core',
  zohoApi: 'pulse-zoho-api',
  databaseLoad: 'pulse-database-load',
} as const;
