/** Milliseconds within which repeated signals count as one: a terminal and npm both pass Ctrl-C on. */
const SAME_REQUEST_MS = 1_000;

/**
 * @param onFirst called at the first Ctrl-C, SIGTERM or hang-up.
 * @param onSecond called when a signal is repeated later
 */
export function onStopSignals(onFirst: () => void, onSecond: () => void): void {
  let firstAt: number | undefined;
  const handle = (): void => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      onFirst();
    } else if (Date.now() - firstAt > SAME_REQUEST_MS) onSecond();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
}
