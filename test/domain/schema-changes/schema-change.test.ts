import assert from 'node:assert/strict';
import {
  isMadeUnasked,
  nextSchemaChangeState,
  rewriteSeconds,
  SCHEMA_CHANGE_EVENTS,
  SCHEMA_CHANGE_STATES,
  secondsToNextAttempt,
  statesBefore,
  type ChangePlan,
  type SchemaChangeKind,
} from '../../../src/domain/schema-changes/schema-change';

const VIEW = { name: 'view reports.pipeline', drop: null, create: null };
const EASY: Pick<ChangePlan, 'seconds' | 'dependents' | 'columns'> = { seconds: 0.1, dependents: [], columns: 40 };

describe('a change of a mirror’s table', () => {
  const table: Record<string, string[]> = {
    approve: ['waiting -> approved'],
    reject: ['waiting -> rejected'],
    made: ['approved -> applied', 'blocked -> applied'],
    refused: ['approved -> blocked', 'blocked -> blocked'],
    taken_back: ['waiting -> withdrawn', 'approved -> withdrawn', 'blocked -> withdrawn', 'rejected -> withdrawn'],
  };
  for (const event of SCHEMA_CHANGE_EVENTS) {
    it(`goes from state to state when it is ${event}, and else stays`, () => {
      const moves = SCHEMA_CHANGE_STATES.flatMap((state) => {
        const next = nextSchemaChangeState(state, event);
        return next ? [`${state} -> ${next}`] : [];
      });

      assert.deepEqual(moves, table[event]);
      assert.deepEqual(
        statesBefore(event),
        moves.map((move) => move.split(' ')[0]),
      );
    });
  }

  const kinds: Record<SchemaChangeKind, boolean[]> = {
    //               easy, 2 s, 2.1 s, a view uses it, 1,501 columns
    field_added: [true, true, true, true, false],
    field_renamed: [true, true, true, true, true],
    type_wider: [true, true, false, false, true],
    type_other: [false, false, false, false, false],
    field_gone: [false, false, false, false, false],
  };
  for (const [kind, unasked] of Object.entries(kinds)) {
    it(`is made unasked as ${kind} where nobody loses or waits for anything`, () => {
      const plans = [
        EASY,
        { ...EASY, seconds: 2 },
        { ...EASY, seconds: 2.1 },
        { ...EASY, dependents: [VIEW] },
        { ...EASY, columns: 1_501 },
      ];

      assert.deepEqual(
        plans.map((plan) => isMadeUnasked(kind as SchemaChangeKind, plan)),
        unasked,
      );
    });
  }

  it('takes a second for fifty megabytes that are rewritten', () => {
    assert.deepEqual([0, 1, 50_000_000, 100_000_001].map(rewriteSeconds), [0, 0.1, 1, 2.1]);
  });

  it('is tried again after a minute, then ever later, at last every hour', () => {
    assert.deepEqual([1, 2, 3, 6, 7, 50].map(secondsToNextAttempt), [60, 120, 240, 1_920, 3_600, 3_600]);
  });
});
