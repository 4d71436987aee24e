import { z } from 'zod';
import { unexpectedAnswer, ZohoError } from '../errors/errors';
import { decode } from '../http/decode';
import { joinFields } from '../http/request-limits';
import { parseAnswer } from '../http/response';
import type { CallOptions, ZohoTransport } from '../http/transport';

export interface SingleRecord {
  /** The JSON bytes, untouched: `{"data":[{...}]}` with subforms and `$` keys. */
  body: Buffer;
  serverTime: Date;
}

const OneRecord = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * One record in full (Zoho's documentation: Get a Specific Record). 1 credit.
 *
 * @param id decimal string of 18 or 19 digits.
 * @param query `fields`: 1 to 50 API names; all that the user may see without it.
 * @returns null if there is no such record, however Zoho says so (204, 404, INVALID_DATA about the id).
 */
export async function getRecord(
  transport: ZohoTransport,
  module: string,
  id: string,
  query: { fields?: readonly string[] | undefined } = {},
  options?: CallOptions,
): Promise<SingleRecord | null> {
  const label = { operation: 'get_record', module } as const;
  const request = {
    ...label,
    path: `/crm/v8/${encodeURIComponent(module)}/${encodeURIComponent(id)}`,
    query: { fields: query.fields && joinFields(label, query.fields) },
  };
  try {
    return await transport.raw(request, options, ({ status, body, serverTime }) => {
      if (body === null) return null;
      const { data } = decode(OneRecord, parseAnswer(label, status, body), label, status);
      if (data.length > 1) throw unexpectedAnswer(label, status, 'single record');
      return data.length === 0 ? null : { body, serverTime };
    });
  } catch (error) {
    if (error instanceof ZohoError && isAboutTheId(error)) return null;
    throw error;
  }
}

/** Of the path's two parts, module and id, Zoho points at the second by the index 1. */
function isAboutTheId(error: ZohoError): boolean {
  return (
    error.category === 'not_found' || (error.code === 'INVALID_DATA' && error.details['resource_path_index'] === 1)
  );
}
