import assert from 'node:assert/strict';
import { CALL_RATES } from '../../../src/domain/credits/edition-limits';
import { CallBatch, type CallLimiter } from '../../../src/zoho/http/call-limiter';
import { useDatabase } from '../../db/support';
import { CALL, refusalOf, useBrokers } from './support';

const DOWNLOAD = { operation: 'download_bulk_read_result', module: 'Deals', credits: 2, heavy: false } as const;

describe('calls that Zoho limits by the minute', () => {
  const { broker, connection, spentOf } = useBrokers(useDatabase());

  it('are refused beyond their number, until the minute is over', async () => {
    const { calls = 0, perMs = 0 } = CALL_RATES[DOWNLOAD.operation] ?? {};
    const limiter = broker().limiter(await connection());
    await download(limiter, calls);

    const refused = await refusalOf(limiter.acquire(DOWNLOAD, undefined));

    const { category, code, message, retryAfterMs = 0 } = refused;
    assert.deepEqual([category, code], ['rate_limited', 'CALL_RATE']);
    assert.match(message, /download_bulk_read_result.*Deals.*not sent: Zoho takes no more of these calls a minute/);
    assert.ok(retryAfterMs > 0 && retryAfterMs <= perMs, `${retryAfterMs} ms`);
  });

  it('are counted and paid one by one in a batch, too', async () => {
    const connectionId = await connection();
    const limiter = broker().limiter(connectionId);

    await download(limiter, 2, new CallBatch());

    assert.equal((await spentOf(connectionId))?.[4], 2 * DOWNLOAD.credits);
  });

  it('leave the number of simultaneous calls as it is when Zoho refuses them', async () => {
    const limiter = broker({ giveUpAfterMs: 100 }).limiter(await connection({ concurrency: 4 }));

    (await limiter.acquire(DOWNLOAD, undefined)).release({ status: 429 });

    assert.equal((await admitted(limiter, 4)).length, 4);
  });

  async function download(limiter: CallLimiter, times: number, batch?: CallBatch): Promise<void> {
    for (let call = 0; call < times; call += 1) {
      (await limiter.acquire({ ...DOWNLOAD, batch }, undefined)).release({ status: 200 });
    }
  }
});

describe('the number of simultaneous calls', () => {
  const { broker, connection } = useBrokers(useDatabase());

  it('stays as it is after a call that went well', async () => {
    const limiter = broker({ giveUpAfterMs: 100 }).limiter(await connection({ concurrency: 4 }));

    (await limiter.acquire(CALL, undefined)).release({ status: 200 });

    assert.equal((await admitted(limiter, 4)).length, 4);
  });

  it('stays as it is where Zoho refused a call for its credits', async () => {
    const limiter = broker({ giveUpAfterMs: 100 }).limiter(await connection({ dailyCredits: null, concurrency: 4 }));

    (await limiter.acquire({ ...CALL, credits: 2 }, undefined)).release({ status: 429, creditsRemaining: 1 });

    assert.equal((await admitted(limiter, 4)).length, 4);
  });

  it('is halved where Zoho refused a call for which there were credits', async () => {
    const limiter = broker({ giveUpAfterMs: 100 }).limiter(await connection({ dailyCredits: null, concurrency: 4 }));

    (await limiter.acquire(CALL, undefined)).release({ status: 429, creditsRemaining: CALL.credits });

    await admitted(limiter, 2);
    assert.equal((await refusalOf(limiter.acquire(CALL, undefined))).code, 'NO_FREE_CALL');
  });
});

/** Lets so many calls run at the same time. */
async function admitted(limiter: CallLimiter, calls: number) {
  return Promise.all(Array.from({ length: calls }, () => limiter.acquire(CALL, undefined)));
}
