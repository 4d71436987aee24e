import assert from 'node:assert/strict';
import { shareRecent } from '../../../src/api/http/share-recent';

describe('a shared answer', () => {
  let time = 0;
  let asked = 0;
  beforeEach(() => {
    time = 0;
    asked = 0;
  });
  const question = (fails = false) =>
    shareRecent(
      async () => {
        asked += 1;
        if (fails) throw new Error(`no ${asked}`);
        return asked;
      },
      1_000,
      () => time,
    );

  it('serves all who ask while it is on its way, and for a while after', async () => {
    const ask = question();

    const answers = await Promise.all([ask(), ask()]);
    time = 999;

    assert.deepEqual([...answers, await ask()], [1, 1, 1]);
  });

  it('is asked for again when it is old', async () => {
    const ask = question();
    await ask();
    time = 1_000;

    assert.equal(await ask(), 2);
  });

  it('does not outlive its failure', async () => {
    const ask = question(true);

    const together = await Promise.allSettled([ask(), ask()]);

    assert.deepEqual(
      together.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    await assert.rejects(ask(), /no 2/);
  });
});
