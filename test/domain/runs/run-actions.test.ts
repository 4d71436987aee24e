import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isFinal, RUN_STATUSES } from '../../../src/domain/runs/enums';
import { RUN_KINDS } from '../../../src/domain/runs/run';
import { actionsOf, AWAITING_APPROVAL, effectOf, RUN_ACTIONS } from '../../../src/domain/runs/run-actions';

const runs = fc.record({
  kind: fc.constantFrom(...RUN_KINDS),
  status: fc.constantFrom(...RUN_STATUSES),
  phase: fc.constantFrom(null, 'reading', AWAITING_APPROVAL),
});

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

  it('lists the approval for a sweep that waits for it, and not a resume that would not help', () => {
    assert.deepEqual(actionsOf({ kind: 'session', status: 'paused', phase: AWAITING_APPROVAL }), [
      'cancel',
      'approve_sweep',
    ]);
    assert.deepEqual(actionsOf({ kind: 'session', status: 'paused', phase: 'sweeping' }), ['resume', 'cancel']);
  });

  it('lists no approval for an operation, which sweeps nothing', () => {
    assert.deepEqual(actionsOf({ kind: 'operation', status: 'paused', phase: AWAITING_APPROVAL }), [
      'resume',
      'cancel',
    ]);
  });

  it('lists a pause for a run that is under way, and a resume only for one that is paused', () => {
    assert.deepEqual(actionsOf({ kind: 'session', status: 'in_progress', phase: 'reading' }), ['pause', 'cancel']);
  });
});

describe('effectOf', () => {
  it('is none for a pause of a paused run, and for a resume of one that is not', () => {
    assert.equal(effectOf('pause', { kind: 'session', status: 'paused', phase: 'reading' }), 'nothing');
    assert.equal(effectOf('resume', { kind: 'session', status: 'in_progress', phase: 'reading' }), 'nothing');
  });

  it('lets a cancelled run be cancelled again without effect, and takes nothing else', () => {
    assert.equal(effectOf('cancel', { kind: 'operation', status: 'cancelled', phase: null }), 'nothing');
    assert.equal(effectOf('cancel', { kind: 'operation', status: 'completed', phase: null }), 'ended');
    assert.equal(effectOf('pause', { kind: 'operation', status: 'cancelled', phase: null }), 'ended');
  });
});
