import { ZohoTransport } from '../../src/zoho/http/transport';
import { startSimulatorBench } from '../zoho/simulator/bench';
import { tokensFrom } from '../zoho/support/stub-zoho';
import { runClientScenario } from './client-scenario';
import { startRecorder } from './recorder';
import type { Transcript } from './transcript';

/** Runs the client's scenario against a simulator and gives what was said. */
export async function recordScenario(): Promise<Transcript> {
  const bench = await startSimulatorBench({ deals: 20, leads: 20 });
  const now = (): number => bench.simulator.control.clock().milliseconds;
  const recorder = await startRecorder(bench.simulator.url, now);
  const token = { ...bench.token, apiDomain: recorder.url };
  const tokens = tokensFrom(async () => token);
  const transport = new ZohoTransport({ tokens, timeoutMs: 10_000 });
  try {
    await runClientScenario(transport, new Date(now()));
    return recorder.transcript('What the client does in its daily work, recorded against the simulator.');
  } finally {
    await transport.close();
    await recorder.close();
    await bench.stop();
  }
}
