import { getConnection } from '../db/connections/connections';
import { findMirrorByKey, findMirrorByName } from '../db/mirror/mirrors';
import { findLastNight } from '../db/schedules/nights';
import { ActiveSessionExists, createSession, findSessionOfRun, type NewSession } from '../db/sessions/sessions';
import { getWatermark } from '../db/sessions/watermarks';
import { isSecondOfNight } from '../domain/schedules/missed-night';
import type { OpenedSession, SessionRequest } from '../temporal/contract/open-session';
import type { ActivityDependencies } from './dependencies';

/** Sessions that add to a mirror, or check it, and so need one that a full sync has completed. */
const NEEDS_MIRROR: ReadonlySet<SessionRequest['sessionType']> = new Set(['incremental_sync', 'verification']);

/** Author of sessions that no person asked for; `trigger` says what did. */
const ENGINE = 'engine';

/**
 * Opens the session of a run that the clock or another workflow has started, or says why there is nothing to do. A run
 * has one session however often it asks and however often it continues as new.
 */
export async function openSession(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  request: SessionRequest,
): Promise<OpenedSession> {
  const earlier = await findSessionOfRun(knex, request);
  if (earlier) return { status: 'opened', sessionId: earlier.id };
  const connection = await getConnection(knex, request.connectionId);
  if (connection.status !== 'active') return { status: 'skipped', reason: 'connection_unusable' };
  if (request.sessionType === 'nightly' && request.trigger !== 'api') {
    const last = await findLastNight(knex, connection.id, { byClock: true });
    if (isSecondOfNight(last?.beganAt ?? null, new Date())) {
      return { status: 'skipped', reason: 'night_begun', ...(last && { by: last.sessionId }) };
    }
  }
  const moduleName = await findModuleKey(knex, request);
  if (NEEDS_MIRROR.has(request.sessionType) && !(await getWatermark(knex, connection.id, moduleName))) {
    return { status: 'skipped', reason: 'never_synced' };
  }
  try {
    const { id } = await createSession(knex, { ...newSession(request), moduleName });
    return { status: 'opened', sessionId: id };
  } catch (error) {
    const opened = await findSessionOfRun(knex, request);
    if (opened) return { status: 'opened', sessionId: opened.id };
    if (error instanceof ActiveSessionExists) {
      return { status: 'skipped', reason: 'track_taken', by: error.activeSessionId };
    }
    throw error;
  }
}

function newSession(request: SessionRequest): Omit<NewSession, 'moduleName'> {
  const { connectionId, sessionType, trigger, workflowId, firstExecutionRunId, configurationId, parentSessionId } =
    request;
  return {
    connectionId,
    sessionType,
    trigger,
    workflowId,
    firstExecutionRunId,
    initiatedBy: ENGINE,
    syncConfig: request.options,
    ...(configurationId !== undefined && { configurationId }),
    ...(parentSessionId !== undefined && { parentSessionId }),
  };
}

async function findModuleKey(
  knex: ActivityDependencies['knex'],
  { connectionId, module, key }: SessionRequest,
): Promise<string> {
  const byKey = key === undefined ? undefined : await findMirrorByKey(knex, connectionId, key);
  return (byKey ?? (await findMirrorByName(knex, connectionId, module)))?.key ?? module;
}
