import { z } from 'zod';
import { decode, listOf } from '../http/decode';
import type { CallOptions, ZohoTransport } from '../http/transport';

/** Cost and scopes of one kind of call. */
export interface ApiCost {
  /** Such as `/crm/v8/Leads`. */
  path: string;
  method: string;
  /** OAuth scope. */
  scope: string;
  /** Credits. */
  min: number;
  max: number;
}

const credits = z.number().min(0);
const Catalog = z.object({
  __apis: listOf(
    z.object({
      path: z.string(),
      operation_types: listOf(
        z.object({ method: z.string(), oauth_scope: z.string(), min_credits: credits, max_credits: credits }),
      ),
    }),
  ),
});

/**
 * Lists the cost of calls in this organization (Zoho's documentation: Get Supported APIs). 1 credit; needs the
 * scope `ZohoCRM.apis.READ`.
 *
 * @param module API name, for the calls on its records only.
 */
export async function listApiCosts(
  transport: ZohoTransport,
  module?: string,
  options?: CallOptions,
): Promise<ApiCost[]> {
  const label = { operation: 'list_apis', ...(module === undefined ? {} : { module }) } as const;
  const filters =
    module === undefined
      ? undefined
      : JSON.stringify({ field: { api_name: 'module' }, comparator: 'equals', value: module });
  return transport.json({ ...label, path: '/crm/v8/__apis', query: { filters } }, options, (value, { status }) => {
    if (value === undefined) return [];
    return decode(Catalog, value, label, status).__apis.flatMap(({ path, operation_types }) =>
      operation_types.map(({ method, oauth_scope, min_credits, max_credits }) => {
        return { path, method, scope: oauth_scope, min: min_credits, max: max_credits };
      }),
    );
  });
}
