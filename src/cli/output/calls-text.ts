import { type CallMetrics } from '../../api/sessions/schemas';
import { formatCount } from './format-number';
import { formatTable } from './table';

/** One line an operation. */
export function callsTable(calls: readonly CallMetrics[]): string {
  if (calls.length === 0) return 'No calls.';
  return formatTable(
    ['operation', 'calls', 'credits', 'mean ms', '95 % below ms', 'MB received', 'failed', 'failures'],
    calls.map((one) => [
      one.operation,
      formatCount(one.calls),
      formatCount(one.credits),
      formatCount(one.latency.meanMs),
      formatCount(one.latency.p95Ms),
      (one.bytesReceived / 1e6).toFixed(2),
      formatCount(one.failedCalls),
      Object.entries(one.failures)
        .map(([category, failed]) => `${category} ${failed}`)
        .join(', '),
    ]),
    [0, 7],
  );
}
