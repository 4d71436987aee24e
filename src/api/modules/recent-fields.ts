import type { Knex } from 'knex';
import type { ConnectionModel } from '../../db/models/connection';
import { getFields, type ZohoField } from '../../zoho/metadata/fields';
import { callInteractively } from '../connections/call-interactively';
import type { RouteDeps } from '../http/deps';

/** Time for which the fields of a module serve further writes, in milliseconds. */
const MAX_AGE_MS = 60_000;
/** Modules kept; the oldest is forgotten first. */
const MAX_KEPT = 500;

/** Fields of modules, and when they stop being recent. */
type Kept = Map<string, { fields: readonly ZohoField[]; until: number }>;

/** By the database of the API, as a process has one. */
const KEPT = new WeakMap<Knex, Kept>();

/**
 * The fields of a module, asked for at most once a minute for one that is written to often. What speaks against a record
 * should be checked with `fresh` fields: somebody may have changed them a moment ago.
 * @throws ZohoError
 */
export async function recentFields(
  deps: RouteDeps,
  connection: ConnectionModel,
  module: string,
  { fresh = false } = {},
): Promise<{ fields: readonly ZohoField[]; isFresh: boolean }> {
  const kept = KEPT.get(deps.knex) ?? new Map<string, { fields: readonly ZohoField[]; until: number }>();
  KEPT.set(deps.knex, kept);
  const key = `${connection.id} ${module}`;
  const known = kept.get(key);
  if (known && !fresh && Date.now() < known.until) return { fields: known.fields, isFresh: false };
  const fields = await callInteractively(deps, connection, ({ transport, options }) =>
    getFields(transport, module, options),
  );
  kept.delete(key);
  kept.set(key, { fields, until: Date.now() + MAX_AGE_MS });
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  return { fields, isFresh: true };
}
