import { createServer, type Server } from 'node:http';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { LATENCY_BOUNDS_MS } from '../domain/credits/latency-histogram';
import type { CallObserver } from '../zoho/http/call-report';
import { listen } from './listen';

/** Prometheus counters of one worker process: its calls to Zoho, their credits, bytes, durations and failures. */
export interface WorkerMetrics {
  /** Observer that counts the calls of one connection. */
  readonly observe: (connectionId: string) => CallObserver;
  readonly registry: Registry;
}

export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const labelNames = ['connection_id', 'operation'] as const;
  const calls = new Counter({ name: 'pulse_zoho_calls_total', help: 'Calls to Zoho.', labelNames, registers });
  const credits = new Counter({
    name: 'pulse_zoho_credits_total',
    help: 'API credits that the calls cost, by price list.',
    labelNames,
    registers,
  });
  const failures = new Counter({
    name: 'pulse_zoho_failures_total',
    help: 'Calls that failed, by category.',
    labelNames: [...labelNames, 'category'],
    registers,
  });
  const bytes = new Counter({
    name: 'pulse_zoho_bytes_total',
    help: 'Bytes of bodies.',
    labelNames: [...labelNames, 'direction'],
    registers,
  });
  const duration = new Histogram({
    name: 'pulse_zoho_call_duration_seconds',
    help: 'Time from the request to the end of the answer, failed calls included.',
    labelNames,
    buckets: LATENCY_BOUNDS_MS.map((bound) => bound / 1000),
    registers,
  });
  return {
    registry,
    observe: (connectionId) => (call) => {
      const labels = { connection_id: connectionId, operation: call.operation };
      calls.inc(labels);
      credits.inc(labels, call.credits);
      duration.observe(labels, call.latencyMs / 1000);
      bytes.inc({ ...labels, direction: 'received' }, call.bytesReceived);
      bytes.inc({ ...labels, direction: 'sent' }, call.bytesSent);
      if (call.failure !== undefined) failures.inc({ ...labels, category: call.failure });
    },
  };
}

export interface MetricsServer {
  /** With the port that was really taken. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics`, without a key: it says how much is called, never what.
 * @throws Error when the port is taken
 */
export async function serveMetrics(registry: Registry, host: string, port: number): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const origin = await listen(server, host, port);
  return { url: `${origin}/metrics`, close: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
