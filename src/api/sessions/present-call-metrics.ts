import type { CallMetrics } from '../../db/credits/call-metrics';
import { LATENCY_BOUNDS_MS, latencyQuantile } from '../../domain/credits/latency-histogram';
import type { CallMetrics as CallMetricsAnswer } from './call-metrics-schemas';

export function presentCallMetrics(metrics: CallMetrics): CallMetricsAnswer {
  const { latencyBuckets, calls, latencyMsTotal } = metrics;
  return {
    operation: metrics.operation,
    calls,
    credits: metrics.credits,
    failedCalls: metrics.failedCalls,
    failures: { ...metrics.failures },
    bytesReceived: metrics.bytesReceived,
    bytesSent: metrics.bytesSent,
    latency: {
      meanMs: calls === 0 ? null : Math.round(latencyMsTotal / calls),
      p50Ms: bound(latencyBuckets, 0.5),
      p95Ms: bound(latencyBuckets, 0.95),
      boundsMs: [...LATENCY_BOUNDS_MS],
      counts: [...latencyBuckets],
    },
  };
}

function bound(buckets: readonly number[], share: number): number | null {
  const quantile = latencyQuantile(buckets, share);
  return quantile === undefined || quantile === Infinity ? null : quantile;
}
