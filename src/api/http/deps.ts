import type { Knex } from 'knex';
import type { ConnectSettings } from '../../connection/settings';
import type { Logger } from '../../logger';
import type { OperationControl } from '../../temporal/control/operation-control';
import type { SyncControl } from '../../temporal/control/sync-control';
import type { Metrics } from './metrics';

/** Where the Temporal UI shows a workflow. */
export interface TemporalUi {
  /** Base URL. */
  url: string;
  namespace: string;
}

/** What the control API is made of; every part can be replaced in a test. */
export interface ApiDeps {
  readonly knex: Knex;
  readonly control: SyncControl;
  /** For bulk writes and mass updates. */
  readonly operations: OperationControl;
  readonly logger: Logger;
  /** For connecting organizations. */
  readonly connect: ConnectSettings;
  readonly temporalUi: TemporalUi;
  /** Of the product, for the OpenAPI document. */
  readonly version: string;
}

/** What a route's handler may use. */
export interface RouteDeps extends ApiDeps {
  readonly metrics: Metrics;
  /** The OpenAPI document of this very API. */
  readonly openApi: object;
}
