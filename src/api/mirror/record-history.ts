import { z } from 'zod';
import { hasMirrorRecord } from '../../db/mirror/mirror-records';
import { findMirrorByName, type MirrorIdentity } from '../../db/mirror/mirrors';
import { listFieldNames } from '../../db/mirror/module-fields';
import { listRecordHistory, type HistoryPosition, type HistoryRow } from '../../db/mirror/record-history';
import type { ConnectionModel } from '../../db/models/connection';
import { nearNames } from '../../domain/near-names';
import type { RouteDeps } from '../http/deps';
import { page, pageQuery } from '../http/paging';
import { ApiName, connection, ModuleParams, ZohoId } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { HistoryPage } from './schemas';

const Position = z.strictObject({
  at: z.string().regex(/^[0-9: .+-]{19,40}$/),
  id: z.string().regex(/^\d{1,18}$/),
}) satisfies z.ZodType<HistoryPosition>;

export const getRecordHistory = defineRoute({
  method: 'get',
  path: '/mirror/{module}/records/{id}/history',
  operationId: 'getRecordHistory',
  summary: 'Say why the values of a record are as they are',
  description:
    'What changed, from what to what, when and by whom, the latest first; costs no credits. The names of lookups are values of what they point to, and have their history there.',
  tag: 'Mirror',
  access: 'viewer',
  connection: 'query',
  params: ModuleParams.extend({ id: ZohoId.meta({ description: 'Id of the record.' }) }),
  query: z.strictObject({
    connection,
    field: ApiName.optional().meta({ description: 'API name of a field: only changes of it, and what has none.' }),
    ...pageQuery(z.strictObject({ after: Position })),
  }),
  answers: { 200: { description: 'A page of the history.', schema: HistoryPage } },
  problems: ['record_not_found'],
  async handle({ params: { module, id }, query, connection: org }, deps) {
    const mirror = await findMirrorByName(deps.knex, org.id, module);
    if (!mirror) throw new Problem('record_not_found', `The mirror has no module ${module}.`);
    if (query.field !== undefined) await assertField(deps, org, mirror, query.field);
    const isMirrored = await hasMirrorRecord(deps.knex, org, mirror, id);
    const record = { connectionId: org.id, key: mirror.key, recordId: id, isMirrored, field: query.field };
    const { entries, nextCursor, hasMore } = await page(
      query,
      (at) => listRecordHistory(deps.knex, record, at),
      ({ at, id: place }) => ({ after: { at, id: place } }),
      (rows: readonly HistoryRow[]) => rows.map(({ entry }) => entry),
      'entries',
    );
    if (entries.length === 0 && !isMirrored && query.cursor === undefined) {
      throw new Problem('record_not_found', `The mirror of ${mirror.apiName} has never had a record ${id}.`);
    }
    const text = `{"entries":[${entries.join(',')}],"nextCursor":${JSON.stringify(nextCursor)},"hasMore":${hasMore}}`;
    return { status: 200, body: Buffer.from(text) };
  },
});

async function assertField(
  { knex }: RouteDeps,
  org: ConnectionModel,
  { key, apiName }: MirrorIdentity,
  field: string,
): Promise<void> {
  const known = await listFieldNames(knex, org.id, key);
  const names = known.flatMap(({ apiName: name, formerNames }) => [name, ...formerNames]);
  if (names.some((name) => name.toLowerCase() === field.toLowerCase())) return;
  const now = known.map(({ apiName: name }) => name);
  const near = nearNames(field, now).join(', ');
  const detail = `The mirror of ${apiName} has no field ${field}${near && `; the nearest are ${near}`}.`;
  throw new Problem('invalid_parameter', detail, { errors: [{ parameter: 'field', detail }] });
}
