import type { BulkOperationAnswer, BulkResult } from '../../src/api/bulk-operations/schemas';
import { isFinal, type RunStatus } from '../../src/domain/runs/enums';
import type { EngineApi } from './engine-api';
import { poll } from './poll';

/** Longer than any takes, on a machine that has other work too. */
const OPERATION_TIMEOUT_MS = 60_000;

export type OperationPath = 'bulk-writes' | 'mass-updates';

/** Waits until something is true of an operation; one that ends before fails at once. */
export async function untilOperation(
  api: EngineApi,
  path: OperationPath,
  id: string,
  what: string,
  isTrue: (answer: BulkOperationAnswer) => boolean,
): Promise<BulkOperationAnswer> {
  const show = () => api.call<BulkOperationAnswer>('GET', `/${path}/${id}`);
  return poll(
    async () => {
      const answer = await show();
      if (isTrue(answer)) return answer;
      if (isFinal(answer.operation.status)) {
        throw new Error(`It ended before it ${what}: ${JSON.stringify(answer)}\n${api.engine.worker.output}`);
      }
      return undefined;
    },
    {
      what: `${path} ${id} ${what}`,
      timeoutMs: OPERATION_TIMEOUT_MS,
      explain: async () => `${JSON.stringify(await show())}\n${api.engine.worker.output}`,
    },
  );
}

/** Waits for a status. */
export async function operationIs(
  api: EngineApi,
  path: OperationPath,
  id: string,
  status: RunStatus,
): Promise<BulkOperationAnswer> {
  return untilOperation(api, path, id, `is ${status}`, ({ operation }) => operation.status === status);
}

/** Every outcome, over all pages. */
export async function resultsOf(api: EngineApi, path: OperationPath, id: string): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (let query = '?limit=1000'; ;) {
    const page = await api.call<{ results: BulkResult[]; nextCursor: string; hasMore: boolean }>(
      'GET',
      `/${path}/${id}/results${query}`,
    );
    results.push(...page.results);
    if (!page.hasMore) return results;
    query = `?limit=1000&cursor=${page.nextCursor}`;
  }
}
