import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator';
import type { Control } from '../../simulator/control/control';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import { requestRecords } from '../../src/db/sessions/requested-records';
import { createSession, getSession } from '../../src/db/sessions/sessions';
import { isFinal, type RunStatus } from '../../src/domain/runs/enums';
import type { SkippedRun } from '../../src/temporal/contract/open-session';
import type {
  FullSyncInput,
  FullSyncOptions,
  IncrementalSyncInput,
  IncrementalSyncOptions,
  SyncResult,
} from '../../src/temporal/contract/sync-messages';
import { refreshWorkflowId, syncWorkflowId, type ModuleSyncType } from '../../src/temporal/ids';
import type { SyncUpdate } from '../../src/temporal/runs/sync-commands';
import { TASK_QUEUES } from '../../src/temporal/task-queues';
import type { incrementalSync } from '../../src/workflows';
import { compareMirror } from './compare';
import type { EngineParts } from './engine-parts';
import { adoptConnection, newConnection } from './org-connection';
import { poll } from './poll';

export type OrgOptions = Partial<SimulatorOptions> & {
  profile?: 'fast' | 'realistic';
  /** Name of a connection that is there, whose servers become the simulator's. @default a new connection */
  adopts?: string;
};

const PERSON = 'tester';
const LAST_LOG_LINES = 15;
const SYNC_TIMEOUT_MS = 45_000;
/** Least time for the row of a run whose workflow has closed to say how. */
const LAST_LOOK_MS = 1_000;

/** One simulated Zoho org and the commands a person would give about it. */
export class Org {
  readonly engine: EngineParts;
  readonly simulator: Simulator;
  readonly name: string;
  readonly connectionId: string;
  readonly schema: string;
  /** Type of the sync of each module that was started last. */
  readonly #startedLast = new Map<string, ModuleSyncType>();

  private constructor(
    engine: EngineParts,
    simulator: Simulator,
    name: string,
    connectionId: string,
    /** Schema of the mirror. */
    schema: string,
  ) {
    this.engine = engine;
    this.simulator = simulator;
    this.name = name;
    this.connectionId = connectionId;
    this.schema = schema;
  }

  static async connect(engine: EngineParts, options: OrgOptions): Promise<Org> {
    const { adopts, ...ofSimulator } = options;
    const simulator = await startSimulator(ofSimulator);
    const connection = await (adopts === undefined
      ? newConnection(engine, simulator)
      : adoptConnection(engine, simulator, adopts));
    return new Org(engine, simulator, connection.name, connection.id, connection.mirrorSchema);
  }

  get zoho(): Control {
    return this.simulator.control;
  }

  /** `"crm_org1"."deals"` */
  table(module: string): string {
    return `"${this.schema}"."${module.toLowerCase()}"`;
  }

  /** Workflow of a sync of a module; of the type that was started last without one. */
  workflowId(module: string, type = this.#startedLast.get(module) ?? 'full_sync'): string {
    return syncWorkflowId(type, this.name, module);
  }

  /** @returns the session's id */
  async startFullSync(
    module: string,
    options: FullSyncOptions = {},
    rest: Pick<FullSyncInput, 'continueAsNewAfterPages'> = {},
  ): Promise<string> {
    const input = await this.#inputOf('full_sync', module, options);
    await this.engine.commands.startFullSync({ ...input, ...rest }, PERSON);
    return input.sessionId;
  }

  /** @returns the session's id */
  async startIncrementalSync(module: string, options: IncrementalSyncOptions = {}): Promise<string> {
    const input = await this.#inputOf('incremental_sync', module, options);
    await this.engine.commands.startIncrementalSync(input, PERSON);
    return input.sessionId;
  }

  /** @returns the id of the session that reads chosen records */
  async startRefresh(module: string, ids: readonly string[]): Promise<string> {
    const { engine, connectionId, name: connection } = this;
    const sessionId = uuidv7();
    await createSession(engine.knex, {
      id: sessionId,
      connectionId,
      sessionType: 'manual_refresh',
      moduleName: module,
      initiatedBy: PERSON,
      workflowId: refreshWorkflowId(sessionId),
    });
    await requestRecords(engine.knex, sessionId, ids);
    const input = { sessionId, connectionId, connection, module, options: {}, records: ids.length };
    await engine.commands.startRefresh(input, PERSON);
    return sessionId;
  }

  async #inputOf<Options>(sessionType: ModuleSyncType, module: string, options: Options) {
    this.#startedLast.set(module, sessionType);
    const { engine, connectionId, name } = this;
    const { id: sessionId } = await createSession(engine.knex, {
      connectionId,
      sessionType,
      moduleName: module,
      initiatedBy: PERSON,
      workflowId: this.workflowId(module),
    });
    return { sessionId, connectionId, connection: name, module, options };
  }

  /** Runs an incremental sync to its end as a schedule starts it, without a session. */
  async incrementalSyncByClock(module: string): Promise<SyncResult | SkippedRun> {
    this.#startedLast.set(module, 'incremental_sync');
    const { connectionId, name: connection } = this;
    const input: IncrementalSyncInput = { connectionId, connection, module, trigger: 'schedule', options: {} };
    return this.engine.temporal.client.workflow.execute<typeof incrementalSync>('incrementalSync', {
      workflowId: this.workflowId(module),
      taskQueue: TASK_QUEUES.core,
      args: [input],
    });
  }

  /** Runs a full sync to its end. @throws Error with the session's description when it does not complete */
  async fullSync(module: string, options: FullSyncOptions = {}): Promise<SyncSessionModel> {
    return this.waitFor(await this.startFullSync(module, options), 'completed');
  }

  /** Runs an incremental sync to its end. @throws Error with the session's description when it does not complete */
  async incrementalSync(module: string, options: IncrementalSyncOptions = {}): Promise<SyncSessionModel> {
    return this.waitFor(await this.startIncrementalSync(module, options), 'completed');
  }

  /** Lets the next count and reading of metadata of a module be due, as they are after some hours. */
  async hoursLater(module: string): Promise<void> {
    await this.engine.query(
      `update sync.mirrors set counted_at = null, metadata_checked_at = null, fields_checked_at = null
       where connection_id = ? and lower(api_name) = lower(?) returning key`,
      [this.connectionId, module],
    );
  }

  /** Waits for a status; a session that ends in another one fails at once. */
  async waitFor(sessionId: string, status: RunStatus, timeoutMs = SYNC_TIMEOUT_MS): Promise<SyncSessionModel> {
    const deadline = Date.now() + timeoutMs;
    if (isFinal(status)) await this.#workflowCloses(sessionId, timeoutMs);
    const left = Math.max(deadline - Date.now(), LAST_LOOK_MS);
    const session = await this.until(sessionId, `is ${status}`, (row) => row.status === status, left);
    if (isFinal(status)) await this.#workflowCloses(sessionId, left);
    return session;
  }

  /**
   * Waits until the workflow of a session has closed: only then the module can be synced again. Temporal says so of
   * itself, where the session's row would have to be asked again and again. Ends early if it cannot be asked.
   */
  async #workflowCloses(sessionId: string, timeoutMs: number): Promise<void> {
    const session = await getSession(this.engine.knex, sessionId).catch(() => undefined);
    if (!session?.workflowId) return;
    const { workflowId, firstExecutionRunId } = session;
    const options = { ...(firstExecutionRunId !== null && { firstExecutionRunId }) };
    const closed = this.engine.temporal.client.workflow.getHandle(workflowId, undefined, options).result();
    const enough = new AbortController();
    await Promise.race([
      // However it ended, the row says how; and one that was not found has closed.
      closed.catch(() => undefined),
      sleep(timeoutMs, undefined, { signal: enough.signal }),
    ]);
    enough.abort();
  }

  /** Waits until something is true of a session. The database may be away meanwhile. */
  async until(
    sessionId: string,
    what: string,
    isTrue: (session: SyncSessionModel) => boolean | Promise<boolean>,
    timeoutMs = SYNC_TIMEOUT_MS,
  ): Promise<SyncSessionModel> {
    const explain = () => this.#description(sessionId);
    return poll(
      async () => {
        const session = await getSession(this.engine.knex, sessionId).catch(() => undefined);
        if (!session) return undefined;
        if (await isTrue(session)) return session;
        if (isFinal(session.status)) {
          throw new Error(`The session ended as ${session.status} before it ${what}.\n${await explain()}`);
        }
        return undefined;
      },
      { what: `session ${sessionId} ${what}`, timeoutMs, explain },
    );
  }

  async pause(module: string): Promise<boolean> {
    return this.#command(module, 'pause');
  }

  async resume(module: string, type?: ModuleSyncType): Promise<boolean> {
    return this.#command(module, 'resume', type);
  }

  async cancel(module: string): Promise<void> {
    await this.engine.commands.cancel({ workflowId: this.workflowId(module) });
  }

  async #command(module: string, name: SyncUpdate, type?: ModuleSyncType): Promise<boolean> {
    const target = { workflowId: this.workflowId(module, type) };
    return this.engine.commands.update(target, name, { by: PERSON }, `${name}-${Date.now()}`);
  }

  /** Calls to Zoho so far. */
  calls(operation?: string): number {
    const { operations } = this.zoho.calls();
    const counted = operation === undefined ? Object.values(operations) : [operations[operation]];
    return counted.reduce((sum, count) => sum + (count?.calls ?? 0), 0);
  }

  /** Rows of one of the engine's tables that belong to a session. */
  async countOf(table: 'session_chunks' | 'quarantine' | 'record_sync_statuses', sessionId: string): Promise<number> {
    const [row] = await this.engine.query<{ count: string }>(
      `select count(*) as count from sync.${table} where session_id = ?`,
      [sessionId],
    );
    return Number(row?.count);
  }

  /** @see compareMirror */
  async differences(module: string, ignoring: readonly string[] = []): Promise<string[]> {
    return compareMirror({
      simulator: this.simulator,
      module,
      ignoring,
      table: this.table(module),
      query: (sql, bindings) => this.engine.query(sql, bindings),
    });
  }

  /** The lines a person would read about a session. */
  async logOf(sessionId: string): Promise<string[]> {
    const lines = await this.engine.query<{ line: string }>(
      `select log_level || ' ' || message as line from sync.sync_status_logs where session_id = ? order by id`,
      [sessionId],
    );
    return lines.map(({ line }) => line);
  }

  async #description(sessionId: string): Promise<string> {
    const session = await getSession(this.engine.knex, sessionId).catch((error: unknown) => String(error));
    const log = await this.logOf(sessionId).catch((error: unknown) => [String(error)]);
    const calls = this.zoho.calls().operations;
    return [
      `Session: ${JSON.stringify(session)}`,
      `Its log:\n  ${log.slice(-LAST_LOG_LINES).join('\n  ')}`,
      `Zoho's calls: ${JSON.stringify(calls)}`,
      `The worker's last lines:\n${this.engine.worker.output}`,
    ].join('\n');
  }
}
