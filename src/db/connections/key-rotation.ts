import type { Knex } from 'knex';
import { ConnectionModel } from '../models/connection';
import type { KeyRing } from '../postgres/encryption';
import { bindSecrets, resealSecrets } from './connection-secrets';
import { withTokenRow } from './connections';

/**
 * Seals every stored secret with the ring's first key, so that the old keys can leave the ring.
 * @returns how many connections were rewritten
 */
export async function reencryptConnections(knex: Knex, ring: KeyRing): Promise<number> {
  return rewriteSecrets(knex, (connection) => resealSecrets(ring, connection));
}

/**
 * Seals secrets of version 0.2.0, which are bound to their connection alone, for the servers that they may be sent to.
 * Idempotent.
 * @returns how many connections were rewritten
 */
export async function bindConnections(knex: Knex, ring: KeyRing): Promise<number> {
  return rewriteSecrets(knex, (connection) => bindSecrets(ring, connection));
}

async function rewriteSecrets(
  knex: Knex,
  patchOf: (connection: ConnectionModel) => ReturnType<typeof resealSecrets>,
): Promise<number> {
  let rewritten = 0;
  for (const { id } of await ConnectionModel.query(knex).select('id').orderBy('id')) {
    const changed = await withTokenRow(knex, id, async (trx, connection) => {
      const patch = patchOf(connection);
      if (Object.keys(patch).length === 0) return false;
      await connection.$query(trx).patch(patch);
      return true;
    });
    if (changed) rewritten += 1;
  }
  return rewritten;
}
