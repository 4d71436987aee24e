import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { notDone } from './coverage';
import { SHORT_SEEDS } from './hand';
import { ModelEngine } from './model-engine';
import { play } from './play';
import { Tally } from './tally';

/** Seeds that are played at a time: most of one is waiting. */
const LANES = 3;
const STARTING_MS = 120_000;
const WAITING_MS = 600_000;

/** Of so many seeds the last ones have a worker that is killed: it takes the plays beside it along, and much time. */
const [ROUND, FIRST_KILLED] = [100, 91];

function isKilled(seed: number): boolean {
  return ((seed - 1) % ROUND) + 1 >= FIRST_KILLED;
}

/** `PULSE_MODEL_SEED` names one seed to be replayed, or several with commas between them. */
function seedsOf({ PULSE_MODEL_SEED: chosen }: NodeJS.ProcessEnv): number[] {
  if (chosen) return chosen.split(',').map(Number);
  return Array.from({ length: SHORT_SEEDS }, (_, place) => place + 1);
}

/** Writes a line into the file of `PULSE_MODEL_RESULTS`, if there is one: mocha says all of it at its end only. */
async function record(result: object): Promise<void> {
  const file = process.env['PULSE_MODEL_RESULTS'];
  if (file) await appendFile(file, `${JSON.stringify(result)}\n`);
}

describe('the mirror, after changes, commands and crashes at random', function () {
  this.timeout(WAITING_MS);
  const seeds = seedsOf(process.env);
  const tally = new Tally();
  const played = new Map<number, Promise<void>>();
  const lanes: Promise<void>[] = [];
  let engine: ModelEngine;
  before(async function () {
    this.timeout(STARTING_MS);
    engine = await ModelEngine.start(seeds.every(isKilled));
    for (const [place, seed] of seeds.entries()) {
      const free = lanes[place % LANES] ?? Promise.resolve();
      const playing = free.then(() => play(engine, seed, tally));
      played.set(seed, playing);
      lanes[place % LANES] = playing.then(
        () => record({ seed, outcome: 'right' }),
        (error: unknown) => record({ seed, outcome: 'failed', error: String(error) }),
      );
    }
  });
  after(async function () {
    this.timeout(STARTING_MS);
    await Promise.all(lanes);
    await engine.stop();
    await record({ seeds, did: tally.counts() });
  });

  for (const seed of seeds) {
    it(`equals Zoho in every field, or says what does not (seed ${seed})`, () => played.get(seed));
  }

  if (!process.env['PULSE_MODEL_SEED']) {
    it('has met every kind of step, fault and crash', async () => {
      await Promise.all(lanes);

      assert.deepEqual(notDone(tally), []);
    });
  }
});
