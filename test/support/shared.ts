/** Resources that a mocha process starts once, when a test first needs it, and stops when its last test has run. */

type Stop = () => Promise<unknown>;

const stops: Stop[] = [];

/** Registers how to stop something that outlives the suite that started it. */
export function stopAfterAllTests(stop: Stop): void {
  stops.push(stop);
}

/** Stops everything, what was started last first. */
export async function stopShared(): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}

const children = new Set<number>();
let isWatching = false;

/** Kills a process if this one ends without having stopped it. Returns how to forget about it. */
export function killWithThisProcess(pid: number): () => void {
  if (!isWatching) {
    isWatching = true;
    process.once('exit', killChildren);
    // A process that dies of a signal tells nobody; mocha itself sees to SIGINT.
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  }
  children.add(pid);
  return () => void children.delete(pid);
}

function killChildren(): void {
  for (const pid of children) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
