import { heartbeat } from '@temporalio/activity';

const INTERVAL_MS = 2_000;

/**
 * Heartbeats while work runs that cannot do so itself, such as one long statement. A heartbeat is also what brings a
 * cancellation to the activity.
 * @param details what the Temporal UI shows of a running attempt
 */
export async function withHeartbeats<T>(details: () => unknown, work: () => Promise<T>): Promise<T> {
  heartbeat(details());
  const timer = setInterval(() => heartbeat(details()), INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
