import type { MirrorModule } from '../../db/mirror/mirror-module';
import type { NamesSince } from '../../db/mirror/reference-names';
import { getWatermark } from '../../db/sessions/watermarks';
import type { ActivityDependencies } from '../dependencies';

/** An export dates its rows by its order, which may lie so long before they are loaded. */
const LONGEST_EXPORT_MS = 24 * 3_600_000;

/** The moments since which names may have changed: the end of the module's last session, or all of time. */
export async function namesSince(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  { connectionId, key }: MirrorModule,
): Promise<NamesSince> {
  const mark = await getWatermark(knex, connectionId, key);
  if (!mark) return { users: new Date(), records: new Date() };
  return { users: mark.updatedAt, records: new Date(mark.completeUntil.getTime() - LONGEST_EXPORT_MS) };
}
