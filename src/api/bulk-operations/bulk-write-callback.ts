import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { CALLBACK_PATHS } from '../../connection/callback-urls';
import { hashOfSecret } from '../../db/access/hash-of-secret';
import { adoptJob, findCallbackHash } from '../../db/bulk-operations/bulk-write-jobs';
import { SyncWorkflowNotRunning } from '../../temporal/runs/command-errors';
import { ZohoId } from '../http/parameters';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';

/** Only what is used of the job that Zoho sends; it sends more, and may send nothing. */
const Notice = z
  .object({
    id: ZohoId.optional().catch(undefined),
  })
  .catch({})
  .meta({ id: 'BulkWriteNotice', description: "Zoho's message about a job of a bulk write." });

const Taken = z
  .strictObject({ status: z.literal('taken') })
  .meta({ id: 'BulkWriteNoticeTaken', description: 'The message was taken.' });

/**
 * Where Zoho says that the job of a bulk write has ended. Open, since Zoho has no API key: the secret in the URL, of
 * which only the hash is kept, proves that the call is about this file. What Zoho says is taken as a hint to look, and
 * as the job's number where the order was never answered.
 */
export const bulkWriteCallback = defineRoute({
  method: 'post',
  path: `${CALLBACK_PATHS.bulkWrite}/{id}`,
  operationId: 'bulkWriteCallback',
  tag: 'Bulk operations',
  summary: "Zoho's call at the end of a bulk write job",
  access: 'open',
  params: z.strictObject({ id: z.uuid() }),
  query: z.object({
    file: z.coerce.number().int().min(1).max(1_000),
    secret: z.string().min(1).max(200).meta({ description: 'As Zoho was given it.' }),
  }),
  body: Notice,
  answers: { 202: { description: 'Taken.', schema: Taken } },
  problems: ['operation_not_found', 'temporal_unavailable'],
  async handle({ params, query, body }, { knex, operations }) {
    const expected = await findCallbackHash(knex, params.id, query.file);
    const given = hashOfSecret(query.secret);
    if (!expected || !timingSafeEqual(expected, given)) {
      throw new Problem('operation_not_found', 'Nothing waits for this call.');
    }
    if (body.id !== undefined) await adoptJob(knex, params.id, query.file, body.id);
    await operations.jobFinished(params.id, query.file).catch((error: unknown) => {
      // The bulk write has ended already: the call came twice, or late.
      if (!(error instanceof SyncWorkflowNotRunning)) throw error;
    });
    return { status: 202, body: { status: 'taken' as const } };
  },
});
