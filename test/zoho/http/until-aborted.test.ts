import assert from 'node:assert/strict';
import { untilAborted } from '../../../src/zoho/http/until-aborted';

const never = new Promise<never>(() => undefined);

describe('waiting until aborted', () => {
  it('gives the result of work that ends first', async () => {
    assert.equal(await untilAborted(Promise.resolve(7), new AbortController().signal), 7);
  });

  it('gives the failure of work that ends first', async () => {
    await assert.rejects(untilAborted(Promise.reject(new Error('broke')), new AbortController().signal), /broke/);
  });

  it('rejects with the reason although the work never ends', async () => {
    const abort = new AbortController();
    const waiting = untilAborted(never, abort.signal);
    const reason = new Error('WORKER_SHUTDOWN');
    abort.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
  });

  it('rejects with the reason of a signal that was aborted before', async () => {
    await assert.rejects(untilAborted(never, AbortSignal.abort(new Error('earlier'))), /earlier/);
  });

  it('ignores work that fails after its caller is gone', async () => {
    const abort = new AbortController();
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_, reject) => (fail = reject));
    const waiting = untilAborted(work, abort.signal);
    abort.abort(new Error('CANCELLED'));
    await assert.rejects(waiting, /CANCELLED/);
    const unhandled: unknown[] = [];
    const listen = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listen);
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    assert.deepEqual(unhandled, []);
  });
});
