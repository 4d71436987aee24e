import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../simulator';
import { ZohoAccounts } from '../../../src/zoho/auth/oauth';
import type { CallObserver } from '../../../src/zoho/http/call-report';
import { type AccessToken, ZohoTransport } from '../../../src/zoho/http/transport';
import { tokensFrom } from '../support/stub-zoho';

/** A simulator without limits that matter, and a client that is signed in to it. */
export interface SimulatorBench {
  simulator: Simulator;
  transport: ZohoTransport;
  token: AccessToken;
  /** Every record of a module with all its fields, as JSON lines by id. */
  truthOf(module: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startSimulatorBench(
  options: Partial<SimulatorOptions> = {},
  observer?: CallObserver,
): Promise<SimulatorBench> {
  const simulator = await startSimulator({ deals: 10, edition: 'ultimate', credits: 10_000_000, ...options });
  const accounts = new ZohoAccounts({
    accountsUrl: simulator.url,
    allowLoopback: true,
    clientId: DEMO_CLIENT_ID,
    clientSecret: DEMO_CLIENT_SECRET,
    timeoutMs: 10_000,
  });
  const token = await accounts.refresh(DEMO_REFRESH_TOKEN);
  await accounts.close();
  const tokens = tokensFrom(async () => token);
  const transport = new ZohoTransport({ tokens, timeoutMs: 10_000, observer });
  return {
    simulator,
    transport,
    token,
    truthOf: async (module) => (await fetch(`${simulator.url}/__simulator/records/${module}`)).text(),
    stop: async () => {
      await transport.close();
      await simulator.close();
    },
  };
}
