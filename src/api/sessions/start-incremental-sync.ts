import { IncrementalSyncRequest } from './schemas';
import { startSyncRoute } from './start-sync';

export const startIncrementalSync = startSyncRoute({
  path: '/syncs/incremental',
  operationId: 'startIncrementalSync',
  summary: 'Start an incremental sync of a module',
  description:
    'Answers as soon as the workflow is started; follow the session to see how it goes. Without a completed full sync of the module the session fails and says so.',
  body: IncrementalSyncRequest,
  action: 'sync.incremental.start',
  sessionType: 'incremental_sync',
  start: (commands, input, actor) => commands.startIncrementalSync(input, actor),
});
