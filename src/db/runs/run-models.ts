import type { ModelClass } from 'objection';
import type { RunKind } from '../../domain/runs/run';
import { BulkOperationModel } from '../models/bulk-operation';
import type { RunModel } from '../models/run';
import { SyncSessionModel } from '../models/sync-session';

const MODELS = { session: SyncSessionModel, operation: BulkOperationModel } as const;

/** Model of a kind of run, for what all runs have in common. */
export function runModel(kind: RunKind): ModelClass<RunModel> {
  // Objection types `query` by its own class, so TypeScript does not see that a subclass serves as well.
  return MODELS[kind] as unknown as ModelClass<RunModel>;
}
