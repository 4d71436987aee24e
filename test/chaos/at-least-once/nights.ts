import type { EngineApi } from '../../support/engine-api';
import { configure, startNight } from '../../support/nights';
import type { Org } from '../../support/org';
import type { Scenario } from './scenario';

/** A night that has one module to sync, and one that fails. */
async function aNight({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ contacts: 60 });
  await engine.query('update sync.connections set nightly_parallelism = 1 where id = ? returning id', [
    org.connectionId,
  ]);
  await configure(org, 'Contacts');
  await configure(org, 'Nowhere');
  await org.waitFor(await startNight(org), 'completed');
  return org;
}

export const NIGHTS: readonly Scenario[] = [
  { title: 'a night', meets: ['planNightly', 'openSession', 'finishNightly'], play: aNight },
];
