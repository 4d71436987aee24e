import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type SimulatorBench, startSimulatorBench } from '../zoho/simulator/bench';
import { recordScenario } from './record-scenario';
import { type Difference, replayTranscript } from './replayer';
import { shapeDifferences, shapeOf } from './shape';
import type { Transcript } from './transcript';

const TEXT = readFileSync(path.join(__dirname, 'client-scenario.json'), 'utf8');
const RECORDED = JSON.parse(TEXT) as Transcript;

describe('the transcript of the client', () => {
  let bench: SimulatorBench;
  before(async () => {
    bench = await startSimulatorBench({ deals: 30, leads: 50, seed: 2 });
  });
  after(() => bench.stop());
  beforeEach(() => bench.simulator.control.setSwitches({ mixedWriteStatus: 207, missingRecord: 204 }));

  function replay(): Promise<Difference[]> {
    const { accessToken: token } = bench.token;
    const now = (): number => bench.simulator.control.clock().milliseconds;
    return replayTranscript(RECORDED, { baseUrl: bench.simulator.url, token, now });
  }

  it('is replayed in another organization without a difference', async () => {
    assert.deepEqual(await replay(), []);
  });

  it('shows where an organization answers otherwise', async () => {
    bench.simulator.control.setSwitches({ mixedWriteStatus: 202, missingRecord: 404 });

    const found = await replay();

    assert.deepEqual(
      found.map(({ request, differences }) => [request.split(' ')[0], differences[0]]),
      [
        ['POST', 'status is 202, was 207'],
        ['GET', 'status is 404, was 204'],
      ],
    );
  });

  it('is what the client says today', async () => {
    assert.deepEqual(await recordScenario(), RECORDED);
  });

  it('holds no token and no id of the organization it was recorded in', () => {
    assert.doesNotMatch(TEXT, /oauthtoken|authorization|1000\.|55000000|\d{15}/i);
  });

  it('compares keys and types, and takes null for any type', () => {
    const before = { id: '1', owner: null, list: [{ a: 1 }, { b: true }], gone: 'x' };
    const after = { id: 1, owner: { id: '2' }, list: [{ a: 1, b: 'no' }], come: 'y' };

    assert.deepEqual(shapeDifferences(shapeOf(before), shapeOf(after)), [
      '$.id is number, was string',
      '$.list[].b is string, was boolean',
      '$.gone is missing',
      '$.come is new',
    ]);
  });
});
