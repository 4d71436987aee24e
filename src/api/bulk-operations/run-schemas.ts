import { z } from 'zod';
import { ITEM_STATUSES } from '../../domain/runs/bulk-operations';
import { RUN_STATUSES } from '../../domain/runs/enums';
import type * as messages from '../../temporal/contract/operation-messages';
import type * as results from '../../temporal/contract/results';
import { storedObject } from '../runs/stored-object';

const count = z.int().min(0);

const BulkWriteFile = storedObject<results.BulkWritePlan['files'][number]>({
  file: z.int().min(1),
  module: z.string(),
  action: z.string().meta({ description: '`insert`, `update` or `upsert`.' }),
  rows: count,
}).meta({ id: 'BulkWriteFile', description: 'One file of a bulk write: one operation on one module.' });

const BulkWritePlan = storedObject<results.BulkWritePlan>({
  files: z.array(BulkWriteFile),
  rows: count,
  credits: z.number().min(0),
}).meta({ id: 'BulkWritePlan', description: 'The files that a bulk write sends, and what they cost.' });

const MassUpdatePlan = storedObject<results.MassUpdatePlan>({
  module: z.string(),
  byView: z.boolean().meta({ description: 'Whether a job of Zoho updates the records of a custom view.' }),
}).meta({ id: 'MassUpdatePlan', description: 'How a mass update reaches its records.' });

/** Plan of an operation. */
export const BulkOperationPlan = z
  .union([BulkWritePlan, MassUpdatePlan])
  .meta({ id: 'BulkOperationPlan', description: 'Plan of a bulk write or a mass update.' });

const ViewCounts = storedObject<results.ViewCounts>({
  total: count,
  updated: count,
  notUpdated: count,
  failed: count,
}).meta({ id: 'ViewCounts', description: 'Records of a custom view as Zoho counted them; it does not name them.' });

/** Result of an ended operation. */
export const BulkOperationResult = storedObject<messages.BulkOperationResult>({
  status: z.enum(RUN_STATUSES),
  counts: z
    .record(z.enum(ITEM_STATUSES), count)
    .meta({ description: 'Records by what became of them; all zero where Zoho names no single record.' }),
  runningJobs: z.array(z.string()).meta({ description: 'Ids of jobs that went on at Zoho when the operation ended.' }),
  view: ViewCounts.optional(),
}).meta({ id: 'BulkOperationResult', description: 'What became of the records of an ended operation.' });
