import { resealCallbackSecrets } from '../../db/bulk-operations/bulk-operations';
import { reencryptConnections } from '../../db/connections/key-rotation';
import { defineRoute } from '../http/route';
import { KeyRotation } from './schemas';

export const rotateEncryptionKeys = defineRoute({
  method: 'post',
  path: '/encryption-keys/rotate',
  operationId: 'rotateEncryptionKeys',
  tag: 'Connections',
  summary: 'Encrypt every stored secret with the first key of the key ring',
  description:
    'Put the new key first in PULSE_ENCRYPTION_KEYS of every process, restart them, call this, then remove the old key.',
  access: 'admin',
  answers: { 200: { description: 'Every secret is under the first key.', schema: KeyRotation } },
  problems: ['encryption_key_missing'],
  audit: { action: 'encryption_keys.rotate', target: () => 'encryption-keys' },
  async handle({ auditWith }, { knex, connect }) {
    const ring = connect.keyRing();
    const connections = await knex.transaction(async (trx) => {
      await resealCallbackSecrets(trx, ring);
      const rewritten = await reencryptConnections(trx, ring);
      await auditWith(trx);
      return rewritten;
    });
    return { status: 200, body: { primaryKey: ring.primary, connections } };
  },
});
