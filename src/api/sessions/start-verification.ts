import { VerifyRequest } from './schemas';
import { startSyncRoute } from './start-sync';

export const startVerification = startSyncRoute({
  path: '/syncs/verify',
  operationId: 'startVerification',
  summary: 'Compare a module with its mirror',
  description:
    'Finds records that the mirror lacks, rows that Zoho does not know, and rows that differ, and repairs them unless `repair` is false. Answers as soon as the workflow is started; the result is in the session and under `/verifications`.',
  body: VerifyRequest,
  action: 'sync.verify.start',
  sessionType: 'verification',
  start: (commands, input, actor) => commands.startVerification(input, actor),
});
