import assert from 'node:assert/strict';
import {
  ATTEMPT_ENDS,
  isCutShort,
  nextStepState,
  STEP_MESSAGES,
  STEP_STATES,
  type AttemptEnd,
  type StepMessage,
  type StepState,
} from '../../../src/domain/runs/step-states';

/** State of a run with one step, as a person sees it from outside. */
interface World {
  step: StepState;
  isPaused: boolean;
  isCancelled: boolean;
  /** Whether the attempt under way was asked to stop. */
  wasAskedToStop: boolean;
  path: string[];
}

const START: World = {
  step: 'working',
  isPaused: false,
  isCancelled: false,
  wasAskedToStop: false,
  path: [],
};

const AT_WORK: readonly StepState[] = ['working', 'stopping', 'restarting', 'cancelling'];
const isAtWork = (step: StepState): boolean => AT_WORK.includes(step);

/** An attempt is cut short only if it was asked to stop. */
function possibleEnds({ step, wasAskedToStop }: World): AttemptEnd[] {
  if (!isAtWork(step)) return [];
  return ATTEMPT_ENDS.filter((end) => end !== 'cut_short' || wasAskedToStop);
}

function after(world: World, event: StepMessage | AttemptEnd): World {
  const step = nextStepState(world.step, event);
  const isEnd = (ATTEMPT_ENDS as readonly string[]).includes(event);
  const hasBegun = step === 'working' && (isEnd || world.step === 'held');
  return {
    step,
    isPaused: event === 'pause' ? true : event === 'resume' ? false : world.isPaused,
    isCancelled: world.isCancelled || event === 'cancel',
    wasAskedToStop: isEnd || hasBegun ? false : world.wasAskedToStop || isCutShort(step),
    path: [...world.path, event],
  };
}

/**
 * Every world that messages and ends in any order lead to, by its shortest path: where two differ in nothing but the way
 * to them, what comes next is the same.
 */
function allWorlds(): World[] {
  const worlds = [START];
  const known = new Set<string>();
  for (const world of worlds) {
    if (['done', 'failed', 'cancelled'].includes(world.step)) continue;
    for (const event of [...STEP_MESSAGES, ...possibleEnds(world)]) {
      const next = after(world, event);
      const key = JSON.stringify({ ...next, path: event });
      if (!known.has(key)) worlds.push(next);
      known.add(key);
    }
  }
  return worlds;
}

describe('a step of a run, whatever comes in whatever order', () => {
  const violations = (isWrong: (world: World) => boolean): string[] =>
    allWorlds()
      .filter(isWrong)
      .map(({ step, path }) => `${path.join(', ')}: ${step}`);

  it('is tried in every order', () => {
    const reached = new Set(allWorlds().map(({ step }) => step));

    assert.deepEqual(
      STEP_STATES.filter((state) => !reached.has(state)),
      [],
    );
  });

  it('fails only by a failure of its own', () => {
    assert.deepEqual(
      violations(({ step, path }) => step === 'failed' && path.at(-1) !== 'failure'),
      [],
    );
  });

  it('is cancelled only when the run is', () => {
    assert.deepEqual(
      violations(({ step, isCancelled }) => (step === 'cancelled' || step === 'cancelling') && !isCancelled),
      [],
    );
  });

  it('never begins an attempt in a paused or cancelled run', () => {
    assert.deepEqual(
      violations(({ step, isPaused, isCancelled }) => step === 'working' && (isPaused || isCancelled)),
      [],
    );
  });

  it('stands still only while the run is paused', () => {
    assert.deepEqual(
      violations(({ step, isPaused }) => (step === 'held' || step === 'stopping') && !isPaused),
      [],
    );
  });

  it('keeps the result of an attempt that was quicker than the wish to stop it', () => {
    assert.deepEqual(
      violations(({ step, path }) => path.at(-1) === 'result' && step !== 'done'),
      [],
    );
  });

  it('comes to an end from everywhere: resumed, its next attempt can succeed', () => {
    const end = (world: World): StepState => {
      const resumed = after(world, 'resume');
      const stopped = resumed.wasAskedToStop && isAtWork(resumed.step) ? after(resumed, 'cut_short') : resumed;
      return isAtWork(stopped.step) ? after(stopped, 'result').step : stopped.step;
    };

    assert.deepEqual(
      allWorlds()
        .filter((world) => !['done', 'failed', 'cancelled'].includes(end(world)))
        .map(({ path }) => path.join(', ')),
      [],
    );
  });

  it('has asked its attempt to stop exactly where that is to be cut short', () => {
    assert.deepEqual(STEP_STATES.filter(isCutShort), ['stopping', 'restarting', 'cancelling']);
  });
});
