import { z } from 'zod';
import { decode } from '../http/decode';
import { checkPaging } from '../http/request-limits';
import type { CallOptions, ZohoTransport } from '../http/transport';

export interface DeletedRecord {
  id: string;
  /** In the recycle bin, from where it can be restored for 60 days, or gone for good. */
  type: 'recycle' | 'permanent';
  /** ISO 8601 with the offset of the connected user. */
  deletedTime: string;
}

export interface ListDeletedQuery {
  /** `all` without it. */
  type?: 'all' | 'recycle' | 'permanent' | undefined;
  page?: number | undefined;
  /** 1 to 200. */
  perPage?: number | undefined;
  /** Deleted after this time: ISO 8601 with offset. */
  modifiedSince?: string | undefined;
}

export interface DeletedRecordPage {
  records: DeletedRecord[];
  moreRecords: boolean;
  /** Zoho's clock when it answered. */
  serverTime: Date;
}

const DeletedRecords = z.object({
  data: z.array(
    z
      .object({ id: z.string(), type: z.enum(['recycle', 'permanent']).catch('recycle'), deleted_time: z.string() })
      .transform(({ id, type, deleted_time }): DeletedRecord => ({ id, type, deletedTime: deleted_time })),
  ),
  info: z.object({ more_records: z.boolean() }),
});

/**
 * One page of a module's deleted records (Zoho's documentation: Get Deleted Records). 2 credits.
 *
 * @throws ZohoError the categories of every call.
 */
export async function listDeleted(
  transport: ZohoTransport,
  module: string,
  query: ListDeletedQuery,
  options?: CallOptions,
): Promise<DeletedRecordPage> {
  const label = { operation: 'list_deleted', module } as const;
  checkPaging(label, query);
  const request = {
    ...label,
    path: `/crm/v8/${encodeURIComponent(module)}/deleted`,
    query: { type: query.type, page: query.page, per_page: query.perPage },
    headers: { 'if-modified-since': query.modifiedSince },
  };
  return transport.json(request, options, (value, { status, serverTime }) => {
    if (value === undefined) return { records: [], moreRecords: false, serverTime };
    const { data, info } = decode(DeletedRecords, value, label, status);
    return { records: data, moreRecords: info.more_records, serverTime };
  });
}
