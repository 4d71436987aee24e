import type { Knex } from 'knex';
import { Gauge, type Registry } from 'prom-client';
import { readSyncGauges } from '../../db/health/sync-gauges';

/**
 * State of the syncs as PostgreSQL knows it. The gauges are empty while PostgreSQL is away: old values would pass for
 * new ones.
 *
 * @returns how to bring them up to date
 */
export function createSyncGauges(registry: Registry): (knex: Knex) => Promise<void> {
  const registers = [registry];
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
    help: 'Name of a connection whose id the metrics of the workers use.',
    labelNames: ['connection', 'connection_id'],
    registers,
  });

  return async (knex) => {
    for (const gauge of [activeSessions, watermarks, credits, connections]) gauge.reset();
    const gauges = await readSyncGauges(knex);
    for (const { count, ...labels } of gauges.activeSessions) activeSessions.set(labels, count);
    for (const { completeUntil, ...labels } of gauges.watermarks) watermarks.set(labels, completeUntil);
    for (const { credits: spent, ...labels } of gauges.creditsSpent) credits.set(labels, spent);
    for (const labels of gauges.connections) connections.set({ ...labels }, 1);
  };
}
