import type { Knex } from 'knex';
import { pendingMigrations } from '../../db/postgres/migrate';
import type { Logger } from '../../logger';
import type { SyncCommands } from '../../temporal/runs/sync-commands';

/** State of each part that the engine needs. */
export interface Readiness {
  database: 'ok' | 'failed';
  migrations: 'ok' | 'pending' | 'failed';
  temporal: 'ok' | 'failed';
}

/** Parts that are asked, and where their silence is noted. */
interface ReadinessParts {
  readonly knex: Knex;
  readonly commands: Pick<SyncCommands, 'ping'>;
  readonly logger: Logger;
}

/** Asks PostgreSQL, for its migrations, and Temporal; a part that does not answer is logged. */
export async function checkReadiness({ knex, commands, logger }: ReadinessParts): Promise<Readiness> {
  const orFailed = async <Outcome extends string>(
    part: keyof Readiness,
    check: () => Promise<Outcome>,
  ): Promise<Outcome | 'failed'> => {
    try {
      return await check();
    } catch (error) {
      logger.warn({ err: error, part }, 'not ready');
      return 'failed';
    }
  };
  const [database, migrations, temporal] = await Promise.all([
    orFailed('database', async () => {
      await knex.raw('select 1');
      return 'ok' as const;
    }),
    orFailed('migrations', async () => ((await pendingMigrations(knex)).length === 0 ? 'ok' : 'pending')),
    orFailed('temporal', async () => {
      await commands.ping();
      return 'ok' as const;
    }),
  ]);
  return { database, migrations, temporal };
}
