import type { Knex } from 'knex';
import type { TemporalClient } from '../../src/temporal/client';
import type { SyncCommands } from '../../src/temporal/runs/sync-commands';

/** The parts of an engine that work on an org needs. */
export interface EngineParts {
  readonly knex: Knex;
  readonly temporal: TemporalClient;
  readonly commands: SyncCommands;
  readonly worker: { readonly output: string };
  query<T extends object>(sql: string, bindings?: readonly (string | number)[]): Promise<T[]>;
}
