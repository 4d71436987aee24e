import { FullSyncRequest } from './schemas';
import { startSyncRoute } from './start-sync';

export const startFullSync = startSyncRoute({
  path: '/syncs/full',
  operationId: 'startFullSync',
  summary: 'Start a full sync of a module',
  description: 'Answers as soon as the workflow is started; follow the session to see how it goes.',
  body: FullSyncRequest,
  action: 'sync.full.start',
  sessionType: 'full_sync',
  start: (commands, input, actor) => commands.startFullSync(input, actor),
});
