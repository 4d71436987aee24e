import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BulkOperationAnswer } from '../../src/api/bulk-operations/schemas';
import { saveItemOutcomes } from '../../src/db/bulk-operations/bulk-operation-items';
import { recordRunUpdate } from '../../src/db/runs/record-run-update';
import { operationRun } from '../../src/domain/runs/run';
import { NO_OPERATIONS, NO_TEMPORAL, useApi } from '../api/support/api';
import { someConnection } from '../db/support';
import { pulse, runPulse } from './support';

describe('pulse bulk-write and mass-update', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'pulse-test-cli-'))));
  after(() => rm(folder, { recursive: true, force: true }));
  const commands: string[] = [];
  const api = useApi(
    () => ({
      ...NO_TEMPORAL,
      update: async ({ workflowId }, name, { reason }) => {
        commands.push(`${name} ${workflowId}: ${reason}`);
        return true;
      },
    }),
    undefined,
    () => ({ ...NO_OPERATIONS, start: async () => ({ workflowId: 'x', firstExecutionRunId: 'y' }) }),
  );

  async function requestFile(text: string): Promise<string> {
    const file = path.join(folder, 'request.json');
    await writeFile(file, text);
    return file;
  }

  async function startOne(): Promise<string> {
    const { name: connection } = await someConnection(api.knex);
    const records = [{ Deal_Name: 'x' }, { Deal_Name: 'y' }];
    const file = await requestFile(
      JSON.stringify({ connection, operations: [{ operation: 'insert', module: 'Deals', records }] }),
    );
    const { out, err } = await pulse(api, ['bulk-write', 'start', file, '--json']);
    assert.equal(err, '');
    return (JSON.parse(out) as BulkOperationAnswer).operation.id;
  }

  it('sends a file as it is, with every digit', async () => {
    const { name } = await someConnection(api.knex);
    const file = await requestFile(
      `{"connection":"${name}","operations":[{"operation":"insert","module":"Deals","records":[{"Deal_Name":"x","Amount":1.10}]}]}`,
    );

    const { code, out } = await pulse(api, ['bulk-write', 'start', file]);

    assert.equal(code, 0);
    assert.match(out, /^status +initiated$/m);
    const { rows } = await api.knex.raw<{ rows: { amount: string }[] }>(
      `select record ->> 'Amount' as amount from sync.bulk_operation_items where record ? 'Amount'`.replace(
        ' ? ',
        ' \\? ',
      ),
    );
    assert.deepEqual(rows, [{ amount: '1.10' }]);
  });

  it('shows status, results and lists', async () => {
    const id = await startOne();
    await saveItemOutcomes(api.knex, id, [
      { position: 1, status: 'added', recordId: '55', errors: [] },
      { position: 2, status: 'skipped', recordId: null, errors: [{ code: 'INVALID_DATA', fields: ['Stage'] }] },
    ]);

    const status = await pulse(api, ['bulk-write', 'status', id]);
    const results = await pulse(api, ['bulk-write', 'results', id, '--status', 'skipped']);
    const list = await pulse(api, ['bulk-write', 'list', '--module', 'Deals', '--limit', '1']);
    const none = await pulse(api, ['mass-update', 'list']);

    assert.match(status.out, new RegExp(`^operation +${id}$`, 'm'));
    assert.match(results.out, /^ +1 +insert +Deals +skipped +- +INVALID_DATA Stage$/m);
    assert.match(list.out, new RegExp(`^${id} +Deals +initiated`, 'm'));
    assert.equal(none.out, 'No operations.\n');
  });

  it('pauses and resumes an operation, with the reason', async () => {
    const id = await startOne();

    const paused = await pulse(api, ['bulk-write', 'pause', id, '--reason', 'the importer is wrong']);
    const resumed = await pulse(api, ['bulk-write', 'resume', id, '--reason', 'it is right again']);

    assert.deepEqual([paused.code, resumed.code], [0, 0]);
    assert.match(paused.out, new RegExp(`^operation +${id}$`, 'm'));
    assert.deepEqual(commands, [
      `pause bulk-write:${id}: the importer is wrong`,
      `resume bulk-write:${id}: it is right again`,
    ]);
  });

  it('waits through an outage of the API', async () => {
    const { name } = await someConnection(api.knex);
    const gate = await startGate(api.baseUrl);
    try {
      const args = [
        'mass-update',
        'start',
        'Contacts',
        '--connection',
        name,
        '--ids',
        '1',
        '--values',
        '{"Title":"x"}',
      ];
      const waiting = runPulse([...args, '--wait'], { PULSE_API_URL: gate.url, PULSE_API_KEY: api.keys.operator });
      const id = await idOfActive();
      gate.isOpen = false;
      await gate.refusals(2);
      await recordRunUpdate(api.knex, { run: operationRun(id), sequence: 1, patch: { status: 'completed' } });
      gate.isOpen = true;

      const { code, err } = await waiting;

      assert.equal(code, 0, err);
      assert.match(err, /does not answer[^]*Still waiting[^]*answers again/);
    } finally {
      gate.close();
    }
  });

  async function idOfActive(): Promise<string> {
    for (;;) {
      const [row] = await api
        .knex('bulk_operations')
        .withSchema('sync')
        .where({ kind: 'mass_update', status: 'initiated' })
        .select<{ id: string }[]>('id');
      if (row) return row.id;
    }
  }

  it('ends with 1 when what it waits for fails', async () => {
    const { name } = await someConnection(api.knex);
    const args = ['mass-update', 'start', 'Deals', '--connection', name, '--ids', '1,2', '--values', '{"Stage":"x"}'];
    const waiting = pulse(api, [...args, '--wait']);
    await recordRunUpdate(api.knex, {
      run: operationRun(await idOfActive()),
      sequence: 1,
      patch: { status: 'failed', errorMessage: 'on purpose' },
    });

    const { code, err } = await waiting;

    assert.equal(code, 1);
    assert.match(err, /The operation failed: on purpose/);
  });

  it('ends with 2 for a file that is no JSON, or not there, or values that are no object', async () => {
    const outcomes = [
      await pulse(api, ['bulk-write', 'start', await requestFile('{')]),
      await pulse(api, ['bulk-write', 'start', path.join(folder, 'missing.json')]),
      await pulse(api, ['mass-update', 'start', 'Deals', '--ids', '1', '--values', '[1]']),
    ];

    assert.deepEqual(
      outcomes.map(({ code }) => code),
      [2, 2, 2],
    );
  });
});

/** Passes requests on to the API while it is open, and drops their connections while it is not. */
async function startGate(target: string) {
  let dropped = 0;
  const server = createServer((request, response) => {
    if (!gate.isOpen) {
      dropped += 1;
      request.socket.destroy();
      return;
    }
    const { method, headers } = request;
    const onward = httpRequest(`${target}${request.url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => request.socket.destroy());
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isOpen: true,
    refusals: async (count: number) => {
      for (const wanted = dropped + count; dropped < wanted;) await once(server, 'request');
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return gate;
}
