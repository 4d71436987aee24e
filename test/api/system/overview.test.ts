import assert from 'node:assert/strict';
import type { z } from 'zod';
import type { Overview } from '../../../src/api/system/schemas';
import { NO_TEMPORAL, useApi } from '../support/api';

describe('who has nothing but the address', () => {
  const api = useApi(() => ({ ...NO_TEMPORAL, ping: async () => undefined }));

  it('finds out what is there, and where', async () => {
    const { links } = (await (await fetch(api.baseUrl)).json()) as z.infer<typeof Overview>;

    for (const path of Object.values(links)) {
      const { status } = await fetch(`${api.baseUrl}${path}`, { headers: { 'x-api-key': api.keys.viewer } });
      assert.equal(status, 200, path);
    }
  });

  it('finds the same at the root of the API', async () => {
    const { body } = await api.call('GET', '/api/v1', { as: null });

    assert.deepEqual(body, await (await fetch(`${api.baseUrl}/?from=browser`)).json());
  });
});
