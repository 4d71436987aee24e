import { reconcileSessions as reconcile } from '../activity-proxies';

/** Runs on a schedule: closes sessions that claim to run while Temporal runs nothing for them. */
export async function reconcileSessions(): Promise<{ checked: number; closed: number }> {
  return reconcile();
}
