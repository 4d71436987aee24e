import type { Knex } from 'knex';
import { uuidv7 } from 'uuidv7';
import {
  ACTIVE_RUN_STATUSES,
  trackOf,
  type ConflictStrategy,
  type RunStatus,
  type SessionTrigger,
  type SessionType,
  type SyncDirection,
} from '../../domain/runs/enums';
import type { JsonObject } from '../models/base-model';
import { SyncSessionModel } from '../models/sync-session';
import { toJsonb } from '../postgres/json';
import { IdempotencyKeyUsed } from '../runs/idempotency-key-used';

export class SessionNotFound extends Error {
  override readonly name = 'SessionNotFound';
  readonly sessionId: string;

  constructor(sessionId: string) {
    super(`There is no session ${sessionId}.`);
    this.sessionId = sessionId;
  }
}

/** A module of a connection has one active session of a track at most. */
export class ActiveSessionExists extends Error {
  override readonly name = 'ActiveSessionExists';
  readonly moduleName: string;
  readonly activeSessionId: string;

  constructor(
    moduleName: string,
    /** The session that is in the way. */
    activeSessionId: string,
  ) {
    super(`${moduleName} is already being synced by session ${activeSessionId}.`);
    this.moduleName = moduleName;
    this.activeSessionId = activeSessionId;
  }
}

export interface NewSession {
  id?: string;
  connectionId: string;
  sessionType: SessionType;
  moduleName: string;
  initiatedBy: string;
  syncDirection?: SyncDirection;
  batchSize?: number;
  conflictResolution?: ConflictStrategy;
  syncConfig?: Record<string, unknown>;
  /** `api` without it. */
  trigger?: SessionTrigger;
  configurationId?: string;
  /** The nightly session that it is a part of. */
  parentSessionId?: string;
  workflowId?: string;
  /** Known where the workflow itself opens its session. */
  firstExecutionRunId?: string;
  idempotencyKey?: string;
  /** SHA-256 of the request, to tell a repeated one from another one under the same key. */
  requestHash?: string;
}

export interface SessionFilter {
  connectionId?: string;
  /** Zoho's name of the module now, in any case. */
  moduleName?: string;
  status?: readonly RunStatus[];
  sessionType?: SessionType;
}

/** Sessions of a module by its name in Zoho; one that never got far enough to be known is named as it was asked for. */
const OF_MODULE = `exists (
    select from sync.mirrors m where m.connection_id = crm_sync_sessions.connection_id
      and m.key = crm_sync_sessions.module_name and lower(coalesce(m.api_name, m.key)) = lower(:name)
  ) or (crm_sync_sessions.module_name = :name and not exists (
    select from sync.mirrors m where m.connection_id = crm_sync_sessions.connection_id
      and m.key = crm_sync_sessions.module_name
  ))`;

/** The row may end between the refused insert and the look at what refused it; then the insert is tried again. */
const CREATE_ATTEMPTS = 5;

/**
 * Inserts the session as `initiated`. May run inside the caller's transaction: a refusal does not abort it.
 * @throws ActiveSessionExists, IdempotencyKeyUsed
 */
export async function createSession(knex: Knex, session: NewSession): Promise<SyncSessionModel> {
  for (let attempt = 1; attempt <= CREATE_ATTEMPTS; attempt += 1) {
    const inserted = await insertUnlessRefused(knex, session);
    if (inserted) return inserted;
    const earlier = await findByIdempotencyKey(knex, session);
    if (earlier) throw new IdempotencyKeyUsed(earlier.id, isSameRequest(earlier, session));
    const active = await findActiveSession(knex, session);
    if (active) throw new ActiveSessionExists(session.moduleName, active.id);
  }
  throw new Error(`A session for ${session.moduleName} was refused ${CREATE_ATTEMPTS} times without a visible reason.`);
}

async function findSession(knex: Knex, id: string): Promise<SyncSessionModel | undefined> {
  return SyncSessionModel.query(knex).findById(id);
}

/** Undefined for a session that does not exist. */
export async function findSessionType(knex: Knex, id: string): Promise<SessionType | undefined> {
  const session = await SyncSessionModel.query(knex).findById(id).select('session_type');
  return session?.sessionType;
}

/** Key of the module that a session syncs; undefined for a session that does not exist. */
export async function findSessionModule(knex: Knex, id: string): Promise<string | undefined> {
  const session = await SyncSessionModel.query(knex).findById(id).select('module_name');
  return session?.moduleName;
}

/**
 * Gives a session to another module than the one it was created for: Zoho says that the name means that one.
 * @throws ActiveSessionExists when that module has a session already
 */
export async function moveSession(knex: Knex, id: string, moduleName: string): Promise<void> {
  const { connectionId, sessionType } = await getSession(knex, id);
  try {
    await SyncSessionModel.query(knex).findById(id).patch({ moduleName });
  } catch (error) {
    const active = await findActiveSession(knex, { connectionId, sessionType, moduleName });
    throw active && active.id !== id ? new ActiveSessionExists(moduleName, active.id) : error;
  }
}

/** @throws SessionNotFound */
export async function getSession(knex: Knex, id: string): Promise<SyncSessionModel> {
  const session = await findSession(knex, id);
  if (!session) throw new SessionNotFound(id);
  return session;
}

/** The session that keeps another one of its module and type from being created. */
export async function findActiveSession(
  knex: Knex,
  { connectionId, moduleName, sessionType }: Pick<NewSession, 'connectionId' | 'moduleName' | 'sessionType'>,
): Promise<SyncSessionModel | undefined> {
  const track = trackOf(sessionType);
  if (track === null) return undefined;
  return SyncSessionModel.query(knex)
    .findOne({ connection_id: connectionId, module_name: moduleName, track })
    .whereIn('status', [...ACTIVE_RUN_STATUSES]);
}

/** The session that a workflow has opened, however often its runs were continued as new. */
export async function findSessionOfRun(
  knex: Knex,
  { workflowId, firstExecutionRunId }: { workflowId: string; firstExecutionRunId: string },
): Promise<SyncSessionModel | undefined> {
  return SyncSessionModel.query(knex).findOne({
    workflow_id: workflowId,
    first_execution_run_id: firstExecutionRunId,
  });
}

/** The session that the caller's earlier request with the same key made. */
async function findByIdempotencyKey(
  knex: Knex,
  request: Pick<NewSession, 'initiatedBy' | 'idempotencyKey'>,
): Promise<SyncSessionModel | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  return SyncSessionModel.query(knex).findOne({
    initiated_by: request.initiatedBy,
    idempotency_key: request.idempotencyKey,
  });
}

/**
 * Sessions newest first. Ids are version 7 UUIDs, so their order is the order of creation.
 * @param page `before`: only sessions older than this id; `limit`: most rows to return
 */
export async function listSessions(
  knex: Knex,
  filter: SessionFilter,
  page: { limit: number; before?: string },
): Promise<SyncSessionModel[]> {
  const query = SyncSessionModel.query(knex).orderBy('id', 'desc').limit(page.limit);
  if (filter.connectionId !== undefined) void query.where('connection_id', filter.connectionId);
  if (filter.moduleName !== undefined) void query.whereRaw(`(${OF_MODULE})`, { name: filter.moduleName });
  if (filter.sessionType !== undefined) void query.where('session_type', filter.sessionType);
  if (filter.status !== undefined) void query.whereIn('status', [...filter.status]);
  if (page.before !== undefined) void query.where('id', '<', page.before);
  return query;
}

/** The sessions that own their module now, oldest first. */
export async function listActiveSessions(
  knex: Knex,
  filter: Omit<SessionFilter, 'status'> = {},
): Promise<SyncSessionModel[]> {
  const query = SyncSessionModel.query(knex)
    .whereIn('status', [...ACTIVE_RUN_STATUSES])
    .orderBy('id');
  if (filter.connectionId !== undefined) void query.where('connection_id', filter.connectionId);
  if (filter.moduleName !== undefined) void query.where('module_name', filter.moduleName);
  if (filter.sessionType !== undefined) void query.where('session_type', filter.sessionType);
  return query;
}

function isSameRequest(earlier: SyncSessionModel, { requestHash, sessionType }: NewSession): boolean {
  return earlier.requestHash === (requestHash ?? null) && earlier.sessionType === sessionType;
}

async function insertUnlessRefused(knex: Knex, session: NewSession): Promise<SyncSessionModel | undefined> {
  const { syncConfig = {}, id = uuidv7(), ...given } = session;
  await SyncSessionModel.query(knex)
    .insert({ ...given, id, syncConfig: JSON.parse(toJsonb(syncConfig)) as JsonObject })
    .onConflict()
    .ignore();
  return findSession(knex, id);
}
