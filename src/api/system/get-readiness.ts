import type { Knex } from 'knex';
import { pendingMigrations } from '../../db/postgres/migrate';
import type { SyncControl } from '../../temporal/control/sync-control';
import { defineRoute } from '../http/route';
import { Readiness } from '../sessions/schemas';

export const getReadiness = defineRoute({
  method: 'get',
  path: '/ready',
  operationId: 'getReadiness',
  tag: 'Operations',
  summary: 'Whether PostgreSQL, its migrations and Temporal are there',
  access: 'open',
  answers: {
    200: { description: 'Everything is there.', schema: Readiness },
    503: { description: 'Something is missing.', schema: Readiness },
  },
  problems: [],
  async handle({ log }, { knex, control }) {
    const orFailed = async <Outcome extends string>(
      part: string,
      check: Promise<Outcome>,
    ): Promise<Outcome | 'failed'> =>
      check.catch((error: unknown) => {
        log.warn({ err: error, part }, 'not ready');
        return 'failed';
      });
    const [database, migrations, temporal] = await Promise.all([
      orFailed('database', checkDatabase(knex)),
      orFailed('migrations', checkMigrations(knex)),
      orFailed('temporal', checkTemporal(control)),
    ]);
    const checks = { database, migrations, temporal };
    const ready = Object.values(checks).every((check) => check === 'ok');
    return { status: ready ? 200 : 503, body: { status: ready ? 'ready' : 'not_ready', checks } };
  },
});

async function checkDatabase(knex: Knex): Promise<'ok'> {
  await knex.raw('select 1');
  return 'ok';
}

async function checkMigrations(knex: Knex): Promise<'ok' | 'pending'> {
  return (await pendingMigrations(knex)).length === 0 ? 'ok' : 'pending';
}

async function checkTemporal(control: SyncControl): Promise<'ok'> {
  await control.ping();
  return 'ok';
}
