import type { Knex } from 'knex';
import { ConnectionModel } from '../models/connection';
import type { KeyRing } from '../postgres/encryption';
import { resealSecrets } from './connection-secrets';
import { withTokenRow } from './connections';

/**
 * Seals every stored secret with the ring's first key, so that the old keys can leave the ring.
 * @returns how many connections were rewritten
 */
export async function reencryptConnections(knex: Knex, ring: KeyRing): Promise<number> {
  let rewritten = 0;
  for (const { id } of await ConnectionModel.query(knex).select('id').orderBy('id')) {
    const changed = await withTokenRow(knex, id, async (trx, connection) => {
      const patch = resealSecrets(ring, connection);
      if (Object.keys(patch).length === 0) return false;
      await connection.$query(trx).patch(patch);
      return true;
    });
    if (changed) rewritten += 1;
  }
  return rewritten;
}
