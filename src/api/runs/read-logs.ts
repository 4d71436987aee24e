import type { Knex } from 'knex';
import { z } from 'zod';
import { listLogs } from '../../db/sessions/logs';
import { LOG_LEVELS } from '../../domain/runs/enums';
import type { RunRef } from '../../domain/runs/run';
import { page, pageQuery } from '../http/paging';
import { RowNumber } from '../http/parameters';
import { presentLogLine } from '../sessions/present';

/** Query of the routes that read the log of a run. */
export const LOG_QUERY = z.strictObject({
  level: z.enum(LOG_LEVELS).optional().meta({ description: 'This level and the graver ones.' }),
  component: z.string().max(100).optional(),
  ...pageQuery(z.strictObject({ after: RowNumber })),
});

/** A page of the log of a run. */
export function logPage(knex: Knex, run: RunRef, query: z.infer<typeof LOG_QUERY>) {
  const filter = {
    ...(query.level !== undefined && { minimumLevel: query.level }),
    ...(query.component !== undefined && { component: query.component }),
  };
  return page(
    query,
    (at) => listLogs(knex, run, filter, at),
    ({ id: after }) => ({ after }),
    (rows) => rows.map(presentLogLine),
    'logs',
  );
}
