import { upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SessionType } from '../../domain/runs/enums';
import type { SkippedRun } from '../../temporal/contract/open-session';
import type { OpenedInput, SyncInput } from '../../temporal/contract/sync-messages';
import { SyncStatus } from '../../temporal/search-attributes';
import { openSession } from '../activity-proxies';

/**
 * Gives a run its session: the one that the API has opened before it started the run, or one that is opened now. Does
 * nothing for a run that has one, so it may stand in front of every workflow.
 */
export async function inSession<Input extends SyncInput, Result>(
  input: Input,
  sessionType: SessionType,
  work: (input: Input & OpenedInput) => Promise<Result>,
): Promise<Result | SkippedRun> {
  if (hasSession(input)) return work(input);
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const { connectionId, module, key, trigger = 'schedule', configurationId, parentSessionId, options } = input;
  const opened = await openSession({
    workflowId,
    firstExecutionRunId,
    connectionId,
    sessionType,
    trigger,
    module,
    ...(key !== undefined && { key }),
    ...(configurationId !== undefined && { configurationId }),
    ...(parentSessionId !== undefined && { parentSessionId }),
    options: { ...options },
  });
  if (opened.status === 'skipped') {
    upsertSearchAttributes([{ key: SyncStatus, value: 'skipped' }]);
    return opened;
  }
  const { sessionId } = opened;
  // What looks for runs whose workflow is gone knows a workflow's session by it.
  upsertMemo({ sessionId });
  return work({ ...input, sessionId });
}

function hasSession<Input extends SyncInput>(input: Input): input is Input & OpenedInput {
  return input.sessionId !== undefined;
}
