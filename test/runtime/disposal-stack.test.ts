import assert from 'node:assert/strict';
import { DisposalStack, openTogether } from '../../src/runtime/disposal-stack';

describe('a disposal stack', () => {
  const recorded = (): { stack: DisposalStack; closed: string[]; add: (name: string, failure?: Error) => void } => {
    const stack = new DisposalStack();
    const closed: string[] = [];
    const add = (name: string, failure?: Error): void =>
      stack.defer(async () => {
        closed.push(name);
        if (failure) throw failure;
      });
    return { stack, closed, add };
  };

  it('closes in reverse order of opening', async () => {
    const { stack, closed, add } = recorded();
    ['first', 'second', 'third'].forEach((name) => add(name));

    await stack.close();

    assert.deepEqual(closed, ['third', 'second', 'first']);
  });

  it('closes the rest after one that fails, and throws that failure', async () => {
    const { stack, closed, add } = recorded();
    const failure = new Error('the second does not close');
    add('first');
    add('second', failure);
    add('third');

    await assert.rejects(stack.close(), failure);

    assert.deepEqual(closed, ['third', 'second', 'first']);
  });

  it('throws all failures together', async () => {
    const { stack, add } = recorded();
    const failures = [new Error('one'), new Error('another')];
    for (const failure of failures) add('part', failure);

    await assert.rejects(stack.close(), (error: AggregateError) => {
      assert.deepEqual(error.errors, failures.toReversed());
      return true;
    });
  });

  it('closes each resource once', async () => {
    const { stack, closed, add } = recorded();
    add('only');

    await Promise.all([stack.close(), stack.close()]);

    assert.deepEqual(closed, ['only']);
  });

  it('closes what was opened before a failure, and throws the failure', async () => {
    const closed: string[] = [];
    const failure = new Error('the third does not open');

    const opening = openTogether(async (stack) => {
      stack.adopt('first', (name) => closed.push(name));
      stack.adopt('second', (name) => closed.push(name));
      throw failure;
    });

    await assert.rejects(opening, failure);
    assert.deepEqual(closed, ['second', 'first']);
  });

  it('keeps the message of a failed opening when closing fails, too', async () => {
    const opening = openTogether(async (stack) => {
      stack.defer(() => Promise.reject(new Error('closing failed')));
      throw new Error('the port is taken');
    });

    await assert.rejects(opening, { name: 'AggregateError', message: 'the port is taken' });
  });

  it('stays open after a successful opening', async () => {
    const closed: string[] = [];

    await openTogether(async (stack) => stack.adopt('resource', (name) => closed.push(name)));

    assert.deepEqual(closed, []);
  });
});
