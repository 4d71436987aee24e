import { getBulkOperation } from '../../db/bulk-operations/bulk-operations';
import type { Route } from '../http/route';
import { runCommands } from '../runs/run-commands';
import { OPERATION_ROUTES, OperationParams, type OperationRoutes } from './operation-kinds';
import { presentOperation } from './present';
import { BulkOperationAnswer } from './schemas';

/** Routes that pause, resume and cancel bulk operations. */
export const OPERATION_COMMAND_ROUTES: readonly Route[] = OPERATION_ROUTES.flatMap(commandsOf);

function commandsOf({ kind, path, name, noun }: OperationRoutes): readonly Route[] {
  const { pause, resume, cancel } = runCommands({
    kind: 'operation',
    path: `${path}/{id}`,
    tag: 'Bulk operations',
    name,
    noun,
    auditName: kind,
    params: OperationParams,
    answer: BulkOperationAnswer,
    cancelDescription:
      'Records that were not sent yet stay unsent. Zoho cannot stop a job: one that it already has continues, and the operation says so. Cancelling a cancelled operation changes nothing.',
    problems: { notFound: 'operation_not_found', finished: 'operation_finished' },
    find: (knex, id) => getBulkOperation(knex, id, kind),
    present: async ({ knex, temporalUi }, principal, id) =>
      presentOperation(knex, await getBulkOperation(knex, id, kind), { principal, temporalUi }),
  });
  return [pause, resume, cancel];
}
