import assert from 'node:assert/strict';
import { SessionPage, type Session } from '../../../src/api/sessions/schemas';
import { recordRunUpdate } from '../../../src/db/runs/record-run-update';
import { RUN_STATUSES } from '../../../src/domain/runs/enums';
import { sessionRun } from '../../../src/domain/runs/run';
import { someSession } from '../../db/support';
import { problemOf } from '../connections/support';
import { NO_TEMPORAL, useApi } from '../support/api';

describe('the actions of a session', () => {
  const api = useApi(() => ({ ...NO_TEMPORAL, update: async () => true, cancel: async () => undefined }));
  const listed = async (as: 'viewer' | 'operator'): Promise<Session[]> =>
    SessionPage.parse((await api.call('GET', '/api/v1/sessions?limit=200', { as })).body).sessions;
  before(async () => {
    for (const [index, status] of RUN_STATUSES.entries()) {
      const { id } = await someSession(api.knex, { moduleName: `Module_${index}`, workflowId: `sync:${index}` });
      await recordRunUpdate(api.knex, { run: sessionRun(id), sequence: 1, patch: { status, phase: 'reading' } });
    }
  });

  it('stand in lists with their links, and the command routes accept each', async () => {
    const sessions = await listed('operator');
    const paths = sessions.flatMap(({ links }) =>
      [links.pause, links.resume, links.cancel].filter((path) => path !== null),
    );

    const answers = await Promise.all(paths.map((path) => api.call('POST', path)));

    assert.equal(paths.length, sessions.flatMap(({ actions }) => actions).length);
    assert.ok(paths.some((path) => path.endsWith('/resume')));
    for (const { status } of answers) assert.ok([200, 202].includes(status));
  });

  it('are none where the command routes refuse every change', async () => {
    const ended = (await listed('operator')).filter(({ status }) => ['completed', 'failed'].includes(status));

    for (const { links, actions } of ended) {
      const answer = await api.call('POST', `${links.self}/pause`);
      assert.deepEqual([actions, problemOf(answer).code], [[], 'session_finished']);
    }
  });

  it('are none for a viewer', async () => {
    for (const { actions, links } of await listed('viewer')) {
      assert.deepEqual([actions, links.pause, links.cancel], [[], null, null]);
    }
  });
});
