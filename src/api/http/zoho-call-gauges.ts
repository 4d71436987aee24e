import type { Knex } from 'knex';
import { Gauge, type Registry } from 'prom-client';
import { callMetricsOfLastDay } from '../../db/credits/call-metrics';
import { LATENCY_BOUNDS_MS } from '../../domain/credits/latency-histogram';

/**
 * The calls of all workers in the last 24 hours, from the ledger: gauges, because what is older than a day leaves them.
 * Each worker serves counters of its own calls.
 * @returns how to bring them up to date
 */
export function createZohoCallGauges(registry: Registry): (knex: Knex) => Promise<void> {
  const gauge = <Label extends string>(name: string, help: string, ...labels: Label[]) =>
    new Gauge({
      name: `pulse_zoho_${name}`,
      help: `${help} In the last 24 hours.`,
      labelNames: ['connection', 'operation', ...labels],
      registers: [registry],
    });
  const calls = gauge('calls_24h', 'Calls to Zoho.');
  const credits = gauge('credits_24h', 'API credits that the calls cost.');
  const bytes = gauge('bytes_24h', 'Bytes of bodies.', 'direction');
  const failures = gauge('failures_24h', 'Calls that failed, by category.', 'category');
  const latencies = gauge(
    'call_duration_24h_seconds_bucket',
    'Calls that took no longer; for histogram_quantile.',
    'le',
  );

  return async (knex) => {
    for (const one of [calls, credits, bytes, failures, latencies]) one.reset();
    for (const metrics of await callMetricsOfLastDay(knex)) {
      const labels = { connection: metrics.connection, operation: metrics.operation };
      calls.set(labels, metrics.calls);
      credits.set(labels, metrics.credits);
      bytes.set({ ...labels, direction: 'received' }, metrics.bytesReceived);
      bytes.set({ ...labels, direction: 'sent' }, metrics.bytesSent);
      for (const [category, count] of Object.entries(metrics.failures)) failures.set({ ...labels, category }, count);
      let below = 0;
      for (const [place, count] of metrics.latencyBuckets.entries()) {
        const bound = LATENCY_BOUNDS_MS[place];
        latencies.set({ ...labels, le: bound === undefined ? '+Inf' : String(bound / 1000) }, (below += count));
      }
    }
  };
}
