import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** How to reach Temporal when neither the environment nor a profile says more. */
export interface TemporalSettings {
  /** `host:port` */
  address: string;
  namespace: string;
}

export interface TemporalClient {
  readonly client: Client;
  readonly connection: Connection;
  readonly namespace: string;
}

/**
 * One client for the life of the process. TLS, API key and profile come from Temporal's own variables and
 * configuration file (`TEMPORAL_TLS…`, `TEMPORAL_API_KEY`, `TEMPORAL_PROFILE`). Nothing connects before the first call,
 * and a lost connection comes back by itself, so a process may start before Temporal does.
 */
export function createTemporalClient(settings: TemporalSettings): TemporalClient {
  const { connectionOptions, namespace = settings.namespace } = loadClientConnectConfig();
  const connection = Connection.lazy({ ...connectionOptions, address: connectionOptions.address ?? settings.address });
  return { client: new Client({ connection, namespace }), connection, namespace };
}
