import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CHANNEL_EVENTS,
  CHANNEL_STATES,
  dueChannelStep,
  expiryToAskFor,
  lifeOf,
  nextChannelState,
  OPEN_CHANNEL_STATES,
  type ChannelFacts,
  type ChannelState,
} from '../../../src/domain/notifications/channel-states';
import { LIMITS } from '../../../src/domain/zoho-limits';

const NOW = new Date('2026-11-28T07:00:00Z');
const BASE = 'https://pulse.example/api/v1/webhooks/zoho/';
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const channel = (facts: Partial<ChannelFacts> = {}): ChannelFacts => ({
  state: 'active',
  notifyBase: BASE,
  expiresAt: later(100),
  renewAt: later(50),
  ...facts,
});
const step = (
  facts: Partial<ChannelFacts>,
  circumstances: { isWanted?: boolean; notifyBase?: string | undefined } = {},
) => dueChannelStep(channel(facts), { isWanted: true, notifyBase: BASE, now: NOW, ...circumstances });

describe('the step of a channel', () => {
  it('is to subscribe while it is wanted, and again where the answer was lost', () => {
    assert.deepEqual(
      [step({ state: 'wanted' }), step({ state: 'subscribing' }), step({ state: 'off' })],
      ['subscribe', 'subscribe', 'subscribe'],
    );
  });

  it('is to renew it after half of its life, and to subscribe anew once that has ended', () => {
    assert.deepEqual(
      [step({}), step({ renewAt: later(-1) }), step({ renewAt: later(-90), expiresAt: later(-1) })],
      ['nothing', 'renew', 'subscribe'],
    );
  });

  it('is to subscribe anew under another public address', () => {
    assert.equal(step({ notifyBase: 'https://old.example/' }), 'subscribe');
  });

  it('is to ask again a day after a refusal, and not before', () => {
    assert.deepEqual(
      [step({ state: 'refused', renewAt: later(1) }), step({ state: 'refused', renewAt: later(-1) })],
      ['nothing', 'subscribe'],
    );
  });

  it('is to take it back when the module is not to be told of, or Zoho cannot reach us', () => {
    for (const state of OPEN_CHANNEL_STATES) {
      assert.equal(step({ state }, { isWanted: false }), 'end');
      assert.equal(step({ state }, { notifyBase: undefined }), 'end');
    }
  });

  it('asks Zoho nothing without a public address', () => {
    assert.deepEqual(
      [step({ state: 'wanted' }, { notifyBase: undefined }), step({ state: 'off' }, { notifyBase: undefined })],
      ['nothing', 'want'],
    );
  });

  it('leads to a state in which nothing is due, whatever the state before', () => {
    const facts = fc.record({
      state: fc.constantFrom(...CHANNEL_STATES),
      notifyBase: fc.constantFrom(null, BASE, 'https://old.example/'),
      expiresAt: fc.constantFrom(null, later(-1), later(60)),
      renewAt: fc.constantFrom(null, later(-1), later(30)),
    });
    const circumstances = fc.record({ isWanted: fc.boolean(), notifyBase: fc.constantFrom(undefined, BASE) });
    fc.assert(
      fc.property(
        facts,
        circumstances,
        fc.constantFrom('granted' as const, 'refused' as const),
        (before, where, answer) => {
          let now: ChannelFacts = before;
          for (let look = 0; look < 4; look += 1) now = taken(now, where, answer);

          assert.equal(dueChannelStep(now, { ...where, now: NOW }), 'nothing');
          assert.ok(where.isWanted || now.state === 'off');
        },
      ),
    );
  });
});

/** The channel after its due step, to which Zoho gives an answer. */
function taken(
  before: ChannelFacts,
  where: { isWanted: boolean; notifyBase: string | undefined },
  answer: 'granted' | 'refused',
): ChannelFacts {
  const due = dueChannelStep(before, { ...where, now: NOW });
  const { state } = before;
  const closed = (event: 'want' | 'release') => ({ ...before, state: nextChannelState(state, event), expiresAt: null });
  if (due === 'nothing') return before;
  if (due === 'want' || due === 'release') return closed(due);
  if (due === 'end') return closed(where.isWanted ? 'want' : 'release');
  const asked = nextChannelState(state, due === 'renew' ? 'extend' : 'ask');
  // A renewal that is refused ends in a subscription.
  const again: ChannelState = due === 'renew' && answer === 'refused' ? nextChannelState(asked, 'ask') : asked;
  return {
    state: nextChannelState(again, answer),
    notifyBase: where.notifyBase ?? null,
    expiresAt: later(60),
    renewAt: later(30),
  };
}

describe('the states of a channel', () => {
  it('are left only by what is listed, so an answer that comes late opens nothing', () => {
    assert.deepEqual([nextChannelState('off', 'granted'), nextChannelState('wanted', 'granted')], ['off', 'wanted']);
    for (const state of CHANNEL_STATES) {
      for (const event of CHANNEL_EVENTS) assert.ok(CHANNEL_STATES.includes(nextChannelState(state, event)));
      assert.equal(nextChannelState(state, 'release'), 'off');
    }
  });
});

describe('the life of a channel', () => {
  it('is asked for below the limit beyond which Zoho cuts it to an hour', () => {
    const asked = expiryToAskFor(NOW);

    assert.ok(Date.parse(asked) - NOW.getTime() < LIMITS.notifications.lifetimeMs);
    assert.match(asked, /:\d\dZ$/);
  });

  it('is counted by our clock from what Zoho gave, and renewed in its middle', () => {
    const zohoNow = later(5);

    assert.deepEqual(lifeOf(later(65), { zohoNow, now: NOW }), { expiresAt: later(60), renewAt: later(30) });
  });
});
