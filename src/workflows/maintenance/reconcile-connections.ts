import { reconcileConnections as reconcile, renewChannels } from '../activity-proxies';

/**
 * Runs on a schedule: pauses what the clock starts for orgs that must be connected again, lets it go on after, and keeps
 * the channels open through which Zoho tells of changes.
 */
export async function reconcileConnections(): Promise<{ paused: number; unpaused: number }> {
  const aligned = await reconcile();
  await renewChannels();
  return aligned;
}
