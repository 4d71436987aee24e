import type { Knex } from 'knex';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { readSyncGauges } from '../../db/health/sync-gauges';
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
  const activeSessions = new Gauge({
    name: 'pulse_active_sessions',
    help: 'Sync sessions that own their module.',
    labelNames: ['connection', 'module', 'status'],
    registers,
  });
  const watermarks = new Gauge({
    name: 'pulse_mirror_complete_until_timestamp_seconds',
    help: 'Zoho time up to which the mirror of a module is complete.',
    labelNames: ['connection', 'module'],
    registers,
  });
  const credits = new Gauge({
    name: 'pulse_credits_spent_24h',
    help: 'API credits spent in the last 24 hours.',
    labelNames: ['connection'],
    registers,
  });

  const connections = new Gauge({
    name: 'pulse_connection_info',
    help: 'The name of a connection whose id stands in the metrics of the workers.',
    labelNames: ['connection', 'connection_id'],
    registers,
  });
  const refreshZohoCalls = createZohoCallGauges(registry);

  async function refresh(): Promise<void> {
    for (const gauge of [activeSessions, watermarks, credits, connections]) gauge.reset();
    try {
      const gauges = await readSyncGauges(knex);
      for (const { count, ...labels } of gauges.activeSessions) activeSessions.set(labels, count);
      for (const { completeUntil, ...labels } of gauges.watermarks) watermarks.set(labels, completeUntil);
      for (const { credits: spent, ...labels } of gauges.creditsSpent) credits.set(labels, spent);
      for (const labels of gauges.connections) connections.set({ ...labels }, 1);
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
