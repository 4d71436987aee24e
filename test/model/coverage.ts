import { CRASHES } from './crashes';
import { FAULTS, nameOf } from './faults';
import { TROUBLE } from './notices';
import { OPERATION_NAMES } from './operations';
import { CLOCKS, SHORT_CASTS } from './play';
import type { Tally } from './tally';

/** Everything that a seed may do, by the groups of the tally. */
const ALL: Readonly<Record<string, readonly string[]>> = {
  modules: SHORT_CASTS.map(({ modules }) => modules.join('+')),
  clocks: CLOCKS.map((clocks) => JSON.stringify(clocks)),
  operations: OPERATION_NAMES,
  'hands in the mirror': ['edit', 'delete', 'add'],
  faults: FAULTS.map(nameOf),
  crashes: CRASHES,
  notices: ['channels open', ...TROUBLE.map(({ kind }) => kind)],
  worker: ['another one'],
  kinds: ['full by values', 'full by times', 'incremental', 'clock', 'chosen', 'some fields'],
};

/** Tells what no seed has done. */
export function notDone(tally: Tally): string[] {
  return Object.entries(ALL).flatMap(([group, names]) => {
    const done = tally.names(group);
    return names.filter((name) => !done.has(name)).map((name) => `${group}: ${name}`);
  });
}
