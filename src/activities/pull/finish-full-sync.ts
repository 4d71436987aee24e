import { listIndexedFields } from '../../db/configurations/configurations';
import { countDoubts } from '../../db/mirror/doubtful-records';
import { expireFields } from '../../db/mirror/metadata-age';
import { createMirrorIndexes } from '../../db/mirror/mirror-indexes';
import { loadFields, markFilled, type KnownField } from '../../db/mirror/module-fields';
import { checkNames } from '../../db/mirror/names/check-names';
import { spreadAllNames } from '../../db/mirror/names/spread-names';
import { countQuarantine } from '../../db/mirror/quarantine';
import { hastenBlocked } from '../../db/schema-changes/schema-changes';
import { listUnreadFields, sumChunks } from '../../db/sessions/chunks';
import { advanceWatermark, getWatermark } from '../../db/sessions/watermarks';
import type { ReadPath } from '../../domain/runs/enums';
import type { CountVerification, Verification } from '../../domain/runs/verification';
import type { SessionSums } from '../../temporal/contract/results';
import type { SyncTarget } from '../../temporal/contract/targets';
import type { ActivityDependencies } from '../dependencies';
import { withHeartbeats } from '../heartbeats';
import { settleCount } from './count-both-sides';
import { loadMirror, wholeMirror } from './load-mirror';

export interface IndexRequest extends SyncTarget {
  /** The mirror was empty before: all of its records have new names. */
  isFilled?: boolean;
}

/**
 * Creates the indexes of a mirror that has just been filled, where they do not exist, and brings the names of its
 * lookups up to date. Idempotent.
 */
export async function indexMirror(deps: ActivityDependencies, request: IndexRequest): Promise<void> {
  const mirror = await wholeMirror(deps, request);
  const indexedFields = await listIndexedFields(deps.knex, mirror.connectionId, mirror.key);
  await withHeartbeats(
    () => 'creating indexes',
    () => createMirrorIndexes(deps.knex, mirror, indexedFields),
  );
  await withHeartbeats(
    () => 'comparing names of lookups',
    () => checkNames(deps.knex, mirror),
  );
  if (request.isFilled) await spreadAllNames(deps.knex, mirror);
}

export interface FinishRequest extends SyncTarget {
  path: ReadPath;
  /** Zoho's times up to which changes and deletes are in the mirror. ISO 8601. */
  completeUntil: string;
  deletesUntil: string;
  /** Result of the count; absent from histories of earlier versions. */
  verification?: CountVerification;
}

/** Moves the watermark, and notes which columns are filled and what was counted. Only for a session whose mirror is right. */
export async function finishFullSync(deps: ActivityDependencies, request: FinishRequest): Promise<SessionSums> {
  const mirror = await loadMirror(deps, request);
  const { fields, key } = mirror;
  const unread = await listUnreadFields(deps.knex, request.sessionId);
  const read = fields.filter(
    ({ apiName, bulkReadable }) => !unread.has(apiName) && (request.path === 'list' || bulkReadable),
  );
  await moveWatermark(deps, request, key, read);
  await markFilled(deps.knex, request.connectionId, key, read, request.sessionId);
  await hastenBlocked(deps.knex, mirror);
  if (request.verification) await settleCount(deps, mirror, request.verification);
  return sumChunks(deps.knex, request.sessionId);
}

export interface FinishIncrementalRequest extends Omit<FinishRequest, 'path' | 'verification'> {
  /** Absent from histories of earlier versions. */
  verification?: Verification;
  /** Zoho's time from which on changes were read; ISO 8601. Absent from histories of earlier versions. */
  readFrom?: string;
}

/**
 * Moves the watermark and keeps what was counted. Only for a session that has read all changes.
 * @returns `quarantined`: records of the module; with `hasGap` if the watermark stays, since it no longer reaches up to where the session began to read
 */
export async function finishIncrementalSync(
  deps: ActivityDependencies,
  request: FinishIncrementalRequest,
): Promise<SessionSums & { quarantined?: number; hasGap?: true }> {
  const mirror = await loadMirror(deps, request);
  const isMoved = await moveWatermark(deps, request, mirror.key, mirror.fields);
  if (request.verification?.kind === 'counts') await settleCount(deps, mirror, request.verification);
  if ((await listUnreadFields(deps.knex, request.sessionId)).size > 0) await expireFields(deps.knex, mirror);
  await hastenBlocked(deps.knex, mirror);
  const { quarantined } = await countQuarantine(deps.knex, mirror);
  const sums = await sumChunks(deps.knex, request.sessionId);
  return { ...sums, quarantined, ...(!isMoved && { hasGap: true }) };
}

/**
 * The watermark promises every column that a full sync has filled: a session that left one of them out has not read
 * its changes, and the next one must; so has one that leaves records in doubt. Deletes are followed for all columns at once.
 */
async function moveWatermark(
  { knex }: ActivityDependencies,
  request: FinishIncrementalRequest,
  key: string,
  read: readonly Pick<KnownField, 'fieldId'>[],
): Promise<boolean> {
  const { connectionId } = request;
  const covered = new Set(read.map((field) => field.fieldId));
  const known = await loadFields(knex, connectionId, key);
  const isLeftOut = known.some(({ fieldId, filled, status }) => filled && status === 'active' && !covered.has(fieldId));
  const leftOut = isLeftOut || (await countDoubts(knex, { connectionId, key })) > 0;
  const completeUntil = leftOut
    ? (await getWatermark(knex, connectionId, key))?.completeUntil
    : new Date(request.completeUntil);
  if (!completeUntil) return request.readFrom === undefined;
  return advanceWatermark(knex, {
    connectionId,
    moduleName: key,
    completeUntil,
    deletesUntil: new Date(request.deletesUntil),
    sessionId: request.sessionId,
    ...(request.readFrom !== undefined && { readFrom: new Date(request.readFrom) }),
  });
}
