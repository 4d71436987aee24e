import { z } from 'zod';
import { MAX_FIELDS_PER_CALL, MAX_PER_PAGE } from '../../zoho/http/request-limits';
import { ConnectionOrDefault } from '../connections/schemas';
import { ApiName } from '../sessions/schemas';

export const ModuleParams = z.strictObject({
  module: ApiName.meta({ description: 'API name of the module in Zoho CRM, e.g. `Deals`.' }),
});

/** Id of something in Zoho. */
export const ZohoId = z.string().regex(/^\d{1,19}$/, "Must be an id of Zoho's: up to 19 digits");

export const connection = ConnectionOrDefault;

const FieldNames = z.array(ApiName).min(1).max(MAX_FIELDS_PER_CALL, `Must be at most ${MAX_FIELDS_PER_CALL} fields`);

export const fields = z
  .string()
  .max(10_000)
  .transform((text) => text.split(','))
  .pipe(FieldNames)
  .meta({ description: `API names separated by commas, at most ${MAX_FIELDS_PER_CALL}.` });

export const page = z.coerce.number().int().min(1).default(1);
export const perPage = z.coerce
  .number()
  .int()
  .min(1)
  .max(MAX_PER_PAGE)
  .default(MAX_PER_PAGE)
  .meta({ description: `Rows of a page, at most ${MAX_PER_PAGE}.` });

export const modifiedSince = z.iso
  .datetime({ offset: true })
  .meta({ description: 'Only what changed after this time: ISO 8601 with offset.' });
