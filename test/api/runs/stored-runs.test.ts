import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { BulkOperationPlan, BulkOperationResult } from '../../../src/api/bulk-operations/run-schemas';
import { LogData, SessionResult, SyncPlan } from '../../../src/api/sessions/sync-schemas';
import type { RunUpdate } from '../../../src/domain/runs/run';
import { HISTORIES } from '../../workflows/histories';

interface Scheduled {
  activityTaskScheduledEventAttributes?: {
    activityType: { name: string };
    input?: { payloads: { data: string }[] };
  };
}

/** Activities that write a run's row, as histories know them. */
const WRITERS = {
  recordProgress: { plan: SyncPlan, result: SessionResult },
  recordBulkOperation: { plan: BulkOperationPlan, result: BulkOperationResult },
} as const;

/** Runs that found nothing to do leave no row, and housekeeping has none. */
const WITHOUT_ROW = new Set(['incremental-skipped.json', 'housekeeping.json']);

/** Rows of earlier versions were written by workflows like these. */
describe('what workflows of recorded histories stored', () => {
  for (const file of readdirSync(HISTORIES)) {
    it(`has the declared form: ${path.basename(file, '.json')}`, () => {
      const updates = updatesOf(file);

      assert.ok(updates.length > 0 || WITHOUT_ROW.has(file));
      for (const { schemas, update } of updates) {
        const { plan, result } = update.patch;
        if (plan) assertWhole(schemas.plan, plan);
        if (result) assertWhole(schemas.result, result);
        for (const { data } of update.logs ?? []) if (data) assertWhole(LogData, data);
      }
    });
  }
});

function updatesOf(file: string) {
  const { history } = JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8')) as {
    history: { events: Scheduled[] };
  };
  return history.events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => {
    const schemas = scheduled && WRITERS[scheduled.activityType.name as keyof typeof WRITERS];
    if (!schemas) return [];
    const text = Buffer.from(scheduled.input?.payloads[0]?.data ?? '', 'base64').toString('utf8');
    return [{ schemas, update: JSON.parse(text) as RunUpdate }];
  });
}

/** Everything of the value is described, and passes as it is. */
function assertWhole(schema: z.ZodType, value: object): void {
  assert.deepEqual(schema.parse(value), value);
}
