import { reconcileConnections as reconcile } from '../activity-proxies';

/** Runs on a schedule: pauses what the clock starts for orgs that must be connected again, and lets it go on after. */
export async function reconcileConnections(): Promise<{ paused: number; unpaused: number }> {
  return reconcile();
}
