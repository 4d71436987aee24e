import { setTimeout as sleep } from 'node:timers/promises';
import { listModuleChannels } from '../../src/db/notifications/notification-channels';
import { isFinal, type RunStatus } from '../../src/domain/runs/enums';
import type { BenchEnvironment } from '../environment';
import { MODULE } from '../session-run';

const LOOK_MS = 250;
const MAX_WAIT_MS = 60_000;

/** Lets the worker subscribe to what Zoho tells of the measured module, and waits until what came before is read. */
export async function openChannel(environment: BenchEnvironment): Promise<void> {
  const { knex, connectionId, signal } = environment;
  const deadline = Date.now() + MAX_WAIT_MS;
  while (!((await isOpen(environment)) && (await isNothingRead(environment)))) {
    if (Date.now() > deadline) throw new Error(`Zoho has not been asked to tell of ${MODULE}.`);
    await knex('sync.housekeeping_tasks')
      .where({ name: 'renewChannels', connection_id: connectionId })
      .update({ due_at: knex.fn.now() });
    await sleep(LOOK_MS, undefined, { signal });
  }
}

async function isOpen({ knex, connectionId }: BenchEnvironment): Promise<boolean> {
  const channels = await listModuleChannels(knex, connectionId);
  return channels.some(({ module, state, hasGap }) => module === MODULE && state === 'active' && !hasGap);
}

async function isNothingRead({ knex, connectionId }: BenchEnvironment): Promise<boolean> {
  const sessions = await knex('sync.crm_sync_sessions')
    .where({ connection_id: connectionId, session_type: 'incremental_sync' })
    .select<{ status: RunStatus }[]>('status');
  return sessions.length > 0 && sessions.every(({ status }) => isFinal(status));
}
