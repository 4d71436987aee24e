import type { Knex } from 'knex';
import type { RunRef } from '../../domain/runs/run';
import { forgetSeenIds } from '../sessions/chunks';
import { forgetWaits } from './waits';

/** Forgets what a run kept for the time of its work only, however it ended. */
export async function forgetWhatEnded(trx: Knex, { kind, id }: RunRef): Promise<void> {
  await forgetWaits(trx, id);
  if (kind === 'session') await forgetSeenIds(trx, id);
}
