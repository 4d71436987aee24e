import { totalmem } from 'node:os';

const MEGABYTE = 1024 * 1024;

/** Server settings for bulk loads and analytical queries on a small machine that also runs the other processes. */
export function postgresSettings(): Record<string, string> {
  const memory = Math.floor(totalmem() / MEGABYTE);
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: `${Math.max(128, Math.min(512, Math.floor(memory / 8)))}MB`,
    effective_cache_size: `${Math.max(512, Math.floor(memory / 2))}MB`,
    work_mem: '32MB',
    maintenance_work_mem: '256MB',
    // A load of a million rows writes more WAL than the default allows between two checkpoints.
    max_wal_size: '4GB',
    wal_compression: 'on',
    checkpoint_timeout: '15min',
    // Committed means on disk: a chunk's ledger row promises that its rows are there.
    synchronous_commit: 'on',
    // Compiling a merge costs more than it saves.
    jit: 'off',
    random_page_cost: '1.1',
    // Errors quote values of records, and the engine reports them with code and place.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
}
