import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Control } from './control/control';
import { controlRoutes } from './control/routes';
import { Listener } from './http/listener';
import { Router } from './http/router';
import { completeOptions, type Profile, type SimulatorOptions } from './options';
import { routeTable } from './routes/table';
import { Simulation } from './simulation';

export { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN } from './oauth/token-store';
export type { FaultKind, FaultRule } from './faults/fault-plan';
export type { SimulatorOptions } from './options';
export { readSwitch, type SwitchName, SWITCHES, type SwitchValues } from './switches';

/** A running simulator. */
export interface Simulator {
  /** `http://host:port`; accounts, API, bulk and downloads all live under it. */
  readonly url: string;
  /** The control plane without HTTP, for tests in the same process. */
  readonly control: Control;
  /** Frees the port, ends the export thread, removes result files. */
  close(): Promise<void>;
}

/**
 * Starts a Zoho CRM API v8 simulator in this process.
 * @throws the listener's error, e.g. with code EADDRINUSE
 */
export async function startSimulator(
  options: Partial<SimulatorOptions> & { readonly profile?: Profile } = {},
): Promise<Simulator> {
  const complete = completeOptions(options);
  const simulation = new Simulation(complete);
  const control = new Control(simulation);
  const { server } = new Listener(simulation, new Router(routeTable(simulation)), new Router(controlRoutes(control)));
  server.listen(complete.port, complete.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  simulation.origin = `${complete.tls ? 'https' : 'http'}://${complete.host}:${port}`;
  return {
    url: simulation.origin,
    control,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await simulation.close();
    },
  };
}
