import { setMaxListeners } from 'node:events';

/**
 * Waits for `work`, but rejects with the signal's reason the moment it is aborted. The work itself is not stopped:
 * pass it the signal as well if it can be.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let wake: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => (wake = resolve));
  // An activity may make any number of calls at a time under its one signal; Node suspects a leak above ten.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', wake, { once: true });
  try {
    if (!signal.aborted) await Promise.race([work, aborted]);
    signal.throwIfAborted();
    return await work;
  } finally {
    signal.removeEventListener('abort', wake);
    // The caller is gone after an abort, so a late failure of the work would be unhandled.
    work.catch(() => undefined);
  }
}
