import { z } from 'zod';

const count = z.number().min(0);
const quantile = count.nullable().meta({
  description: 'The upper bound, in milliseconds, of the bucket that holds it; null above the last and without calls.',
});

export const CallMetrics = z
  .strictObject({
    operation: z.string().meta({ description: 'In our words, e.g. `list_records`.' }),
    calls: count,
    credits: count.meta({ description: 'API credits by Zoho’s price list; failed calls cost too.' }),
    failedCalls: count,
    failures: z.record(z.string(), count).meta({ description: 'Failed calls by category.' }),
    bytesReceived: count,
    bytesSent: count,
    latency: z.strictObject({
      meanMs: count.nullable(),
      p50Ms: quantile,
      p95Ms: quantile,
      boundsMs: z.array(count).meta({ description: 'Upper bounds of the buckets, in milliseconds.' }),
      counts: z.array(count).meta({ description: 'Calls in each bucket; the last is what is above all bounds.' }),
    }),
  })
  .meta({ description: 'What the calls of one operation came to.' });
export type CallMetrics = z.infer<typeof CallMetrics>;

export const SessionCalls = z
  .strictObject({ calls: z.array(CallMetrics) })
  .meta({ description: 'What a session called at Zoho, by operation.' });
