import { noteDueQuarantined } from '../../db/mirror/quarantine-entries';
import { reviewApprovals } from '../approvals/review-approvals';
import type { ActivityDependencies } from '../dependencies';
import { wakeIngestion } from '../notifications/wake-ingestion';
import { applySchemaChanges } from '../schema-changes/apply-schema-changes';
import { startColumnFills } from '../schema-changes/start-column-fills';
import { alertHeldTracks } from './alert-held-tracks';
import { alignSchedules } from './align-schedules';
import { closeAbandonedRuns } from './close-abandoned-runs';
import { followConfigurations } from './follow-configurations';
import { forgetValues } from './forget-values';
import type { Tasks } from './housekeeper';
import { lookAfterChannels } from './look-after-channels';
import { lookAfterInbox } from './look-after-inbox';
import { pauseFailingSchedules } from './pause-failing-schedules';
import { removeConnections } from './remove-connections';
import { settlePendingStarts } from './settle-pending-starts';
import { startDueComparisons } from './start-due-comparisons';
import { startMissedNights } from './start-missed-nights';

/** The tasks of the housekeeping that ask nobody outside, on connections of their own. */
export function quietTasks(all: ActivityDependencies): Tasks {
  const deps: ActivityDependencies = { ...all, knex: all.maintenanceKnex };
  return {
    closeAbandonedRuns: () => closeAbandonedRuns(deps),
    settlePendingStarts: () => settlePendingStarts(deps),
    followConfigurations: () => followConfigurations(deps),
    alignSchedules: () => alignSchedules(deps),
    pauseFailingSchedules: () => pauseFailingSchedules(deps),
    alertHeldTracks: (now) => alertHeldTracks(deps, now),
    wakeIngestion: () => wakeIngestion(deps),
    lookAfterChannels: (now) => lookAfterChannels(deps, now),
    lookAfterInbox: (now) => lookAfterInbox(deps, now),
    retryQuarantined: () => noteDueQuarantined(deps.knex),
    startDueComparisons: () => startDueComparisons(deps),
    startMissedNights: (now) => startMissedNights(deps, now),
    removeConnections: () => removeConnections(deps),
    reviewApprovals: () => reviewApprovals(deps),
    applySchemaChanges: () => applySchemaChanges(all),
    startColumnFills: () => startColumnFills(deps),
    forgetOldValues: (now) => forgetValues(deps, now),
  };
}
