/**
 * Where work is done. Workflows and quick database work share `core`; calls to Zoho wait on the network and are
 * limited by Zoho's concurrency; scans are calls that go on for minutes or hours; loads are limited by PostgreSQL. A slow
 * load never holds up a call, nor the reverse, and modules that are read do not hold up the calls of other work, whose
 * priority counts only once it runs.
 */
export const TASK_QUEUES = {
  core: 'pulse-core',
  zohoApi: 'pulse-zoho-api',
  zohoScans: 'pulse-zoho-scans',
  databaseLoad: 'pulse-database-load',
} as const;
