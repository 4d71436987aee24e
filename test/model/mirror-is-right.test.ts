import { ModelEngine } from './model-engine';
import { play, SHORT_SEEDS } from './play';
import { Tally } from './tally';

/** Seeds that are played at a time: most of one is waiting. */
const LANES = 3;
const STARTING_MS = 120_000;
const WAITING_MS = 600_000;

/**
 * `PULSE_MODEL_SEED` replays one seed, or several with commas between them; `PULSE_MODEL_SEEDS` says how many there are,
 * and counts what they did.
 */
function seedsOf({ PULSE_MODEL_SEED: chosen, PULSE_MODEL_SEEDS: number }: NodeJS.ProcessEnv): number[] {
  if (chosen) return chosen.split(',').map(Number);
  return Array.from({ length: Number(number ?? SHORT_SEEDS) }, (_, place) => place + 1);
}

describe('the mirror, after changes, commands and crashes at random', function () {
  this.timeout(WAITING_MS);
  const seeds = seedsOf(process.env);
  const tally = new Tally();
  const played = new Map<number, Promise<void>>();
  const lanes: Promise<unknown>[] = [];
  let engine: ModelEngine;
  before(async function () {
    this.timeout(STARTING_MS);
    engine = await ModelEngine.start();
    for (const [place, seed] of seeds.entries()) {
      const free = lanes[place % LANES] ?? Promise.resolve();
      const playing = free.then(() => play(engine, seed, tally));
      played.set(seed, playing);
      // A night is long, and mocha says why at its end only, which an end of the process would take along.
      lanes[place % LANES] = playing.catch((error: unknown) => {
        if (process.env['PULSE_MODEL_SEEDS']) process.stderr.write(`${String(error)}\n`);
      });
    }
  });
  after(async function () {
    this.timeout(STARTING_MS);
    await Promise.all(lanes);
    await engine.stop();
    if (process.env['PULSE_MODEL_SEEDS']) process.stdout.write(`${tally.lines().join('\n')}\n`);
  });

  for (const seed of seeds) {
    it(`equals Zoho in every field, or says what does not (seed ${seed})`, () => played.get(seed));
  }
});
