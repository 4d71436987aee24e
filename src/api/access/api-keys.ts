import { createApiKey, isUsable, listApiKeys, revokeKey } from '../../db/access/api-keys';
import type { ApiKeyModel } from '../../db/models/api-key';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { ApiKeyAnswer, ApiKeyList, ApiKeyParams, ApiKeyRequest, CreatedApiKey, type ApiKey } from './schemas';

const DAY_MS = 24 * 3_600_000;

export const createApiKeyRoute = defineRoute({
  method: 'post',
  path: '/api-keys',
  operationId: 'createApiKey',
  tag: 'Access',
  summary: 'Create a key of this API',
  access: 'admin',
  body: ApiKeyRequest,
  answers: { 201: { description: 'Keep the secret now: it is stored nowhere.', schema: CreatedApiKey } },
  problems: [],
  audit: { action: 'api_key.create', target: ({ body }) => `api-key/${body.name}` },
  async handle({ body: { name, role, expiresInDays }, auditWith }, { knex }) {
    const expiresAt = new Date(Date.now() + expiresInDays * DAY_MS);
    const { key, secret } = await knex.transaction(async (trx) => {
      const created = await createApiKey(trx, { name, role, expiresAt });
      await auditWith(trx);
      return created;
    });
    return { status: 201, body: { key: presentKey(key), secret } };
  },
});

export const listApiKeysRoute = defineRoute({
  method: 'get',
  path: '/api-keys',
  operationId: 'listApiKeys',
  tag: 'Access',
  summary: 'List the keys of this API',
  access: 'admin',
  answers: { 200: { description: 'Every key, newest first.', schema: ApiKeyList } },
  problems: [],
  async handle(_request, { knex }) {
    return { status: 200, body: { keys: (await listApiKeys(knex)).map(presentKey) } };
  },
});

export const revokeApiKeyRoute = defineRoute({
  method: 'post',
  path: '/api-keys/{key}/revoke',
  operationId: 'revokeApiKey',
  tag: 'Access',
  summary: 'Revoke a key of this API, at once',
  description: 'Revoking twice changes nothing. The last admin key that can be used stays.',
  access: 'admin',
  params: ApiKeyParams,
  answers: { 200: { description: 'It opens nothing any more.', schema: ApiKeyAnswer } },
  problems: ['api_key_not_found', 'last_admin_key'],
  audit: { action: 'api_key.revoke', target: ({ params }) => `api-key/${params.key}` },
  async handle({ params, auditWith }, { knex }) {
    const revoked = await knex.transaction(async (trx) => {
      const outcome = await revokeKey(trx, params.key);
      if (outcome === 'unknown') throw new Problem('api_key_not_found', `There is no key ${params.key}.`);
      if (outcome === 'last_admin') {
        throw new Problem('last_admin_key', 'Nobody could create keys any more: create another admin key first.');
      }
      await auditWith(trx);
      return outcome;
    });
    return { status: 200, body: { key: presentKey(revoked) } };
  },
});

function presentKey(key: ApiKeyModel): ApiKey {
  const { id, name, prefix, role, createdAt, lastUsedAt, expiresAt, revokedAt } = key;
  return {
    id,
    name,
    prefix,
    role,
    status: isUsable(key) ? 'usable' : revokedAt === null ? 'expired' : 'revoked',
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
