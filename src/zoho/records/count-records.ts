import { z } from 'zod';
import { count, decode } from '../http/decode';
import type { CallOptions, ZohoTransport } from '../http/transport';
import type { Converted } from './list-records';

const Count = z.object({ count });

/**
 * Counts the records of a module (Zoho's documentation: Record Count). 1 credit.
 *
 * @param query `criteria` in the grammar of Search Records, such as `(Amount:greater_than:1000)`; needs the search
 *   scope.
 */
export async function countRecords(
  transport: ZohoTransport,
  module: string,
  query: { criteria?: string | undefined; converted?: Converted | undefined } = {},
  options?: CallOptions,
): Promise<{ count: number; serverTime: Date }> {
  const request = {
    operation: 'count_records',
    module,
    path: `/crm/v8/${encodeURIComponent(module)}/actions/count`,
    query: { criteria: query.criteria, converted: query.converted },
  } as const;
  return transport.json(request, options, (value, { status, serverTime }) => {
    if (value === undefined) return { count: 0, serverTime };
    return { count: decode(Count, value, request, status).count, serverTime };
  });
}
