import { z } from 'zod';
import { BIGINT_ID } from '../../domain/records/bigint-id';
import { type CallLabel, ZohoError } from '../errors/errors';

/**
 * Notification of changed records, as Zoho posts it to the notify URL. Only a hint: fetch the records before acting on
 * it.
 */
export interface ZohoNotification {
  channelId: string;
  /** The secret of the channel; Zoho signs nothing. Compare it in constant time. */
  token: string;
  /** API name. */
  module: string;
  operation: 'insert' | 'update' | 'delete';
  /** One or more: Zoho gathers records. */
  ids: string[];
  /** API names of the changed fields, by record id; empty for inserts and where Zoho does not say. */
  affectedFields: ReadonlyMap<string, readonly string[]>;
  /** Time of sending by Zoho, not of the change. */
  serverTime: Date | null;
  /** The query of the notify URL, echoed. */
  queryParams: Readonly<Record<string, string>>;
}

const label: CallLabel = { operation: 'parse_notification' };
const recordId = z.string().regex(BIGINT_ID);
const longId = z.union([recordId, z.number().int().positive().refine(Number.isSafeInteger).transform(String)]);

/** One item that does not fit must not lose the others. */
const tolerantList = <T>(item: z.ZodType<T>) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) =>
      items.flatMap((candidate): T[] => {
        const result = item.safeParse(candidate);
        return result.success ? [result.data] : [];
      }),
    );

const Callback = z.object({
  channel_id: longId,
  token: z.string(),
  module: z.string().min(1),
  operation: z.enum(['insert', 'update', 'delete']),
  ids: tolerantList(recordId).pipe(z.array(z.string()).min(1)),
  affected_fields: tolerantList(z.record(recordId, z.array(z.string()))),
  affected_values: tolerantList(z.object({ record_id: recordId, values: z.record(z.string(), z.unknown()) })),
  server_time: z
    .number()
    .transform((ms) => new Date(ms))
    .nullable()
    .catch(null),
  query_params: z.record(z.string(), z.string()).catch({}),
});

/**
 * Reads a notification (Zoho's documentation: Notifications, Callback). New values are not handed on: their numbers
 * went through doubles when the JSON was parsed, and the records must be fetched anyway.
 *
 * @param body the parsed JSON, not yet trusted.
 * @throws ZohoError `validation` INVALID_NOTIFICATION, which names the keys that do not fit, never their values.
 */
export function parseNotification(body: unknown): ZohoNotification {
  const result = Callback.safeParse(body);
  if (!result.success) {
    const keys = [...new Set(result.error.issues.map(({ path }) => String(path[0] ?? 'body')))];
    const reason = `this is no notification of Zoho (${keys.join(', ')})`;
    throw new ZohoError({ ...label, category: 'validation', code: 'INVALID_NOTIFICATION', reason });
  }
  const callback = result.data;
  const names = new Map<string, readonly string[]>();
  for (const { record_id, values } of callback.affected_values) names.set(record_id, Object.keys(values));
  for (const fields of callback.affected_fields) for (const [id, list] of Object.entries(fields)) names.set(id, list);
  return {
    channelId: callback.channel_id,
    token: callback.token,
    module: callback.module,
    operation: callback.operation,
    ids: [...new Set(callback.ids)],
    affectedFields: names,
    serverTime: callback.server_time,
    queryParams: callback.query_params,
  };
}
