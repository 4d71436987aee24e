import { z } from 'zod';
import type { BulkOperationKind } from '../../domain/runs/bulk-operations';

/** One kind of bulk operation, as its routes address it. */
export interface OperationRoutes {
  kind: BulkOperationKind;
  path: string;
  /** Ends the routes' operation ids, as in `cancelBulkWrite`. */
  name: string;
  /** Names an operation in texts. */
  noun: string;
}

export const OPERATION_ROUTES: readonly OperationRoutes[] = [
  { kind: 'bulk_write', path: '/bulk-writes', name: 'BulkWrite', noun: 'bulk write' },
  { kind: 'mass_update', path: '/mass-updates', name: 'MassUpdate', noun: 'mass update' },
];

export const OperationParams = z.strictObject({
  id: z.uuid('Must be the id of an operation').meta({ description: 'Id of the operation.' }),
});
