import { listPartSessions } from '../../db/schedules/night';
import type { NightLine, NightResult } from '../../temporal/contract/nightly';
import type { ActivityDependencies } from '../dependencies';

export interface NightToFinish {
  sessionId: string;
  lines: NightLine[];
}

/** Sums up a night from the sessions that it has opened. Reads only. */
export async function finishNightly(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  { sessionId, lines }: NightToFinish,
): Promise<NightResult> {
  const parts = new Map((await listPartSessions(knex, sessionId)).map(({ key, ...part }) => [key, part]));
  const nothing = { sessionId: null, read: 0, created: 0, updated: 0, deleted: 0, credits: 0 };
  const modules = lines.map(({ key, ...line }) => ({ ...line, ...(parts.get(key) ?? nothing) }));
  return { modules, credits: modules.reduce((sum, { credits }) => sum + credits, 0) };
}
