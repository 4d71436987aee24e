import type { Knex } from 'knex';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { createSyncGauges } from './sync-gauges';
import { createZohoCallGauges } from './zoho-call-gauges';

const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Metrics for Prometheus: the process, the HTTP calls, and the state of the syncs as PostgreSQL knows it. */
export interface Metrics {
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  readonly contentType: string;
  /** The exposition text. PostgreSQL being away shows as `pulse_database_up 0`, not as a failure. */
  render(): Promise<string>;
}

export function createMetrics(knex: Knex): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'pulse_http_request_duration_seconds',
    help: 'Requests to the control API.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const databaseUp = new Gauge({ name: 'pulse_database_up', help: 'Whether PostgreSQL answers.', registers });
  const refreshSyncs = createSyncGauges(registry);
  const refreshZohoCalls = createZohoCallGauges(registry);

  async function refresh(): Promise<void> {
    try {
      await refreshSyncs(knex);
      await refreshZohoCalls(knex);
      databaseUp.set(1);
    } catch {
      databaseUp.set(0);
    }
  }

  return {
    observeRequest: ({ seconds, ...labels }) => requests.observe(labels, seconds),
    contentType: registry.contentType,
    render: async () => {
      await refresh();
      return registry.metrics();
    },
  };
}
