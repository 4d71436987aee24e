import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';

/** Defaults of the connection to Temporal when neither the environment nor a profile says more. */
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
 * Resolves address, credentials and namespace. TLS, API key and profile come from Temporal's own variables and
 * configuration file (`TEMPORAL_TLS…`, `TEMPORAL_API_KEY`, `TEMPORAL_PROFILE`), which win over the settings.
 */
export function connectOptionsOf(
  settings: TemporalSettings,
): ClientConnectConfig['connectionOptions'] & TemporalSettings {
  const { connectionOptions, namespace = settings.namespace } = loadClientConnectConfig();
  return { ...connectionOptions, address: connectionOptions.address ?? settings.address, namespace };
}

/**
 * One client for the life of the process. Nothing connects before the first call, and a lost connection comes back by
 * itself, so a process may start before Temporal does.
 */
export function createTemporalClient(settings: TemporalSettings): TemporalClient {
  const { namespace, ...connectOptions } = connectOptionsOf(settings);
  const connection = Connection.lazy(connectOptions);
  return { client: new Client({ connection, namespace }), connection, namespace };
}
