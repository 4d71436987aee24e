import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isFinal, RUN_STATUSES } from '../../../src/domain/runs/enums';
import { actionsOf, effectOf, RUN_ACTIONS } from '../../../src/domain/runs/run-actions';

const runs = fc.record({ status: fc.constantFrom(...RUN_STATUSES) });

describe('actionsOf', () => {
  it('lists exactly the commands that change something', () => {
    fc.assert(
      fc.property(runs, fc.constantFrom(...RUN_ACTIONS), (run, action) => {
        assert.equal(actionsOf(run).includes(action), effectOf(action, run) === 'changes');
      }),
    );
  });

  it('lists nothing for a run that has ended, and a way to stop any other', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const actions = actionsOf(run);
        assert.ok(isFinal(run.status) ? actions.length === 0 : actions.includes('cancel'));
      }),
    );
  });

  it('lists a pause for a run that is under way, and a resume only for one that is paused', () => {
    assert.deepEqual(actionsOf({ status: 'in_progress' }), ['pause', 'cancel']);
    assert.deepEqual(actionsOf({ status: 'paused' }), ['resume', 'cancel']);
  });
});

describe('effectOf', () => {
  it('is none for a pause of a paused run, and for a resume of one that is not', () => {
    assert.equal(effectOf('pause', { status: 'paused' }), 'nothing');
    assert.equal(effectOf('resume', { status: 'in_progress' }), 'nothing');
  });

  it('lets a cancelled run be cancelled again without effect, and takes nothing else', () => {
    assert.equal(effectOf('cancel', { status: 'cancelled' }), 'nothing');
    assert.equal(effectOf('cancel', { status: 'completed' }), 'ended');
    assert.equal(effectOf('pause', { status: 'cancelled' }), 'ended');
  });
});
