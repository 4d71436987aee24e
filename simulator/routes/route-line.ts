import type { Exchange, Reply } from '../http/exchange';
import type { Route } from '../http/router';
import type { Simulation } from '../simulation';
import { readSwitch } from '../switches';

type Handler = (simulation: Simulation, exchange: Exchange) => Reply | Promise<Reply>;
/** Optional properties of a route; prices may depend on switches. */
export interface Rest {
  readonly credits?: number | ((exchange: Exchange, simulation: Simulation) => number);
  readonly heavy?: Route['heavy'];
  /** The first API version that has the call. */
  readonly since?: number;
}
export type RouteLine = readonly [
  operation: string,
  method: string,
  path: string,
  handler: Handler,
  scopes: readonly string[],
  rest?: Rest,
];

/** The price of asking for a job, or for its result. */
export const polling: Rest = { credits: (_, simulation) => readSwitch(simulation, 'jobPollingCredits') };
