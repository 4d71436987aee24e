import { ScheduleNotFoundError, type Client, type ScheduleHandle, type ScheduleOptions } from '@temporalio/client';

/** Key of the memo that says whose schedule it is; every schedule of an org carries it. */
const CONNECTION_MEMO = 'connectionId';
/** Begins the note of a schedule that the engine paused: what a person paused stays paused. */
const PAUSED_BY_ENGINE = 'Paused by Pipeline Pulse Sync: ';

/** The memo of a schedule that belongs to a connection and pauses with it. */
export function connectionMemo(connectionId: string): NonNullable<ScheduleOptions['memo']> {
  return { [CONNECTION_MEMO]: connectionId };
}

/**
 * Pauses the schedules of a connection that run now. Idempotent.
 * @param why one clause for the note, which the Temporal UI shows
 * @returns how many were paused
 */
export async function pauseSchedulesOf(client: Client, connectionId: string, why: string): Promise<number> {
  return changeSchedules(client, connectionId, false, async (handle) => {
    if ((await handle.describe()).state.paused) return false;
    await handle.pause(`${PAUSED_BY_ENGINE}${why}`);
    return true;
  });
}

/**
 * Resumes the schedules of a connection that {@link pauseSchedulesOf} paused; those that a person paused stay. Idempotent.
 * @returns how many were resumed
 */
export async function unpauseSchedulesOf(client: Client, connectionId: string, why: string): Promise<number> {
  return changeSchedules(client, connectionId, true, async (handle) => {
    const { state } = await handle.describe();
    if (!state.paused || !state.note?.startsWith(PAUSED_BY_ENGINE)) return false;
    await handle.unpause(why);
    return true;
  });
}

/**
 * The list may lag behind by moments: it only saves asking for each schedule, which `change` looks at itself. One that
 * was deleted meanwhile needs no change.
 */
async function changeSchedules(
  client: Client,
  connectionId: string,
  paused: boolean,
  change: (handle: ScheduleHandle) => Promise<boolean>,
): Promise<number> {
  let changed = 0;
  for await (const { scheduleId, memo, state } of client.schedule.list()) {
    if (memo?.[CONNECTION_MEMO] !== connectionId || state.paused !== paused) continue;
    try {
      if (await change(client.schedule.getHandle(scheduleId))) changed += 1;
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
  return changed;
}
