import type { Job } from '../bulk-read/job';
import type { WriteJob } from '../bulk-write/job';
import { ByteSink } from '../data/byte-sink';
import type { CustomModuleRequest } from '../data/modules/custom-module';
import type { ActiveFault, FaultRule } from '../faults/fault-plan';
import { invalidData, invalidModule } from '../http/api-error';
import type { CallEntry } from '../limits/call-log';
import type { MassUpdateJob } from '../mass-update/jobs';
import type { DeliveryReport } from '../notifications/deliveries';
import type { ActiveDeliveryRule, DeliveryRule } from '../notifications/delivery-plan';
import type { Simulation } from '../simulation';
import type { ExternalType } from '../store/external-fields';
import { rowsById } from '../store/ordered-rows';
import type { SwitchValues } from '../switches';
import { changeRecords, type RecordChanges, type RecordChangeResult } from './record-changes';

const CHUNK_BYTES = 64 * 1024;

export interface ClockState {
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly milliseconds: number;
  readonly frozen: boolean;
}

/** One or more of these, done in this order. */
export interface ClockCommand {
  readonly reset?: boolean;
  readonly freeze?: boolean;
  /** ISO 8601 or milliseconds since 1970. */
  readonly set?: string | number;
  /** Milliseconds. */
  readonly advance?: number;
  readonly resume?: boolean;
}

export interface CallReport {
  readonly operations: Record<string, { calls: number; credits: number; statuses: Record<string, number> }>;
  readonly credits: { readonly used: number; readonly allowance: number };
  readonly concurrency: {
    readonly limit: number;
    readonly maximumSeen: number;
    readonly maximumHeavySeen: number;
    readonly refused: number;
  };
  /** The last 1,000 calls. */
  readonly recent: readonly CallEntry[];
}

/** Another display value for a choice. */
export interface ChoiceRename {
  readonly module: string;
  readonly field: string;
  readonly actual_value: string;
  readonly display_value: string;
}

/** Everything a test may do to the simulated organization from outside its API. */
export class Control {
  readonly simulation: Simulation;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  addFault(rule: FaultRule): ActiveFault {
    return this.simulation.faults.add(rule);
  }

  faults(): readonly ActiveFault[] {
    return this.simulation.faults.list();
  }

  /** Removes one rule, or all of them. */
  clearFaults(id?: number): void {
    this.simulation.faults.clear(id);
  }

  clock(): ClockState {
    const { clock } = this.simulation;
    const milliseconds = clock.now();
    return { now: new Date(milliseconds).toISOString(), milliseconds, frozen: clock.frozen };
  }

  moveClock(command: ClockCommand): ClockState {
    const { clock } = this.simulation;
    if (command.reset) clock.reset();
    if (command.freeze) clock.freeze();
    if (command.set !== undefined) clock.set(typeof command.set === 'number' ? command.set : Date.parse(command.set));
    if (command.advance !== undefined) clock.advance(command.advance);
    if (command.resume) clock.resume();
    return this.clock();
  }

  /** Inserts, updates and deletes records as somebody else in the organization would. */
  changeRecords(module: string, changes: RecordChanges): RecordChangeResult {
    return changeRecords(this.simulation, module, changes);
  }

  /** Every existing record of a module with all its fields, as JSON lines by id, in chunks of whole lines. */
  *exportRecords(moduleName: string): Generator<Buffer> {
    const opened = this.simulation.records.find(moduleName);
    if (!opened) return;
    const write = opened.writer.forFields(opened.module.columns);
    const sink = new ByteSink();
    for (const row of rowsById(opened.store)) {
      write(sink, row);
      sink.ascii('\n');
      if (sink.length > CHUNK_BYTES) yield sink.take();
    }
    yield sink.take();
  }

  calls(): CallReport {
    const { calls, credits, gate } = this.simulation;
    return {
      operations: calls.operations(),
      credits: { used: credits.used, allowance: credits.allowance },
      concurrency: {
        limit: gate.limit,
        maximumSeen: gate.maximumSeen,
        maximumHeavySeen: gate.maximumHeavySeen,
        refused: gate.refused,
      },
      recent: calls.recent(),
    };
  }

  switches(): SwitchValues {
    return this.simulation.switches.all();
  }

  /** Gives other answers to points the documentation leaves open. @throws ApiError INVALID_DATA */
  setSwitches(changes: Partial<SwitchValues>): SwitchValues {
    this.simulation.switches.set(changes);
    return this.switches();
  }

  /** Empties counters and call log; credits spent stay spent. */
  clearCalls(): void {
    this.simulation.calls.reset();
    this.simulation.gate.reset();
  }

  /** Says how many credits of the day are gone. */
  setCreditsUsed(credits: number): void {
    this.simulation.credits.setUsed(credits);
  }

  expireAccessTokens(): void {
    this.simulation.tokens.expireAccessTokens();
  }

  /** Ends one refresh token, or all of them. */
  revokeTokens(refreshToken?: string): void {
    if (refreshToken === undefined) this.simulation.tokens.revokeAll();
    else this.simulation.tokens.revoke(refreshToken);
  }

  /**
   * Makes a field an external id: its value takes the place of the record's id under `X-EXTERNAL`.
   * @throws ApiError INVALID_MODULE, INVALID_DATA when there is no such field
   */
  markExternal(moduleName: string, fieldName: string, type: ExternalType = 'org'): void {
    const module = this.simulation.catalog.module(moduleName);
    if (!module) throw invalidModule();
    const column = module.column(fieldName);
    if (!column) throw invalidData('the field name given seems to be invalid', { api_name: fieldName });
    this.simulation.externalFields.mark(module, column, type);
  }

  /**
   * Gives a choice of a picklist another display value, as an administrator does; its actual value stays.
   * @throws ApiError INVALID_MODULE, INVALID_DATA when there is no such field or choice
   */
  renameChoice({ module, field, actual_value: actual, display_value: displayed }: ChoiceRename): void {
    const opened = this.simulation.records.find(module);
    if (!opened) throw invalidModule();
    this.simulation.customFields.renameChoice(opened, field, actual, displayed);
  }

  /**
   * Gives a user another name, as an administrator does. Records show it from then on, and no record counts as modified.
   * @throws ApiError INVALID_DATA when there is no such user
   */
  renameUser(id: string, name: string): void {
    const { catalog, clock } = this.simulation;
    if (!catalog.renameUser(id, name, clock.seconds())) throw invalidData('there is no such user', { api_name: 'id' });
  }

  /**
   * Gives a module another API name, as an administrator does; its id and its records stay.
   * @throws ApiError INVALID_MODULE
   */
  renameModule(apiName: string, to: string): void {
    const { catalog } = this.simulation;
    const module = catalog.module(apiName);
    if (!module) throw invalidModule();
    catalog.rename(module, to);
  }

  addModule(request: CustomModuleRequest): { apiName: string; id: string } {
    const { apiName, id } = this.simulation.catalog.add(request);
    return { apiName, id };
  }

  /** The next bulk-read jobs to start end in FAILURE: all, or those that read a field, which they then blame. */
  failBulkReads(count: number, refusedField?: string): void {
    this.simulation.bulkRead.failNext(count, refusedField);
  }

  bulkReads(): readonly Job[] {
    return this.simulation.bulkRead.list();
  }

  /** The next bulk-write jobs to run end in FAILED; rows before `afterRows` are written nevertheless. */
  failBulkWrites(count: number, afterRows = 0): void {
    this.simulation.bulkWrite.failNext(count, afterRows);
  }

  bulkWrites(): readonly WriteJob[] {
    return this.simulation.bulkWrite.list();
  }

  /** The next mass updates of views end in FAILED, with nothing written. */
  failMassUpdates(count: number): void {
    this.simulation.massUpdates.failNext(count);
  }

  massUpdates(): readonly MassUpdateJob[] {
    return this.simulation.massUpdates.list();
  }

  /** Orders trouble for notifications and callbacks. */
  addDeliveryRule(rule: DeliveryRule): ActiveDeliveryRule {
    return this.simulation.deliveries.plan.add(rule);
  }

  deliveryRules(): readonly ActiveDeliveryRule[] {
    return this.simulation.deliveries.plan.list();
  }

  clearDeliveryRules(): void {
    this.simulation.deliveries.plan.clear();
  }

  /** Messages that were sent to clients' URLs. */
  deliveries(): DeliveryReport {
    return this.simulation.deliveries.report();
  }

  clearDeliveries(): void {
    this.simulation.deliveries.clearLog();
  }

  reset(): Promise<void> {
    return this.simulation.reset();
  }

  state(): Record<string, unknown> {
    const { options, records, tokens, credits, bulkRead, faults, notifications } = this.simulation;
    const { tls, ...shown } = options;
    return {
      options: { ...shown, tls: tls !== undefined },
      switches: this.switches(),
      clock: this.clock(),
      credits: { used: credits.used, allowance: credits.allowance },
      tokens: tokens.counts(),
      faults: faults.list().length,
      modules: Object.fromEntries(
        records
          .all()
          .map(({ module, store }) => [
            module.apiName,
            { records: store.liveCount, generated: module.rows, deletedListed: store.deletions.length },
          ]),
      ),
      bulkRead: bulkRead.list().map(({ id, state, query }) => ({ id, state, module: query.module, page: query.page })),
      bulkWrite: this.bulkWrites().map(({ id, status, request, counts }) => {
        return { id, status, module: request.resource.module, operation: request.operation, ...counts };
      }),
      massUpdates: this.massUpdates(),
      automations: this.simulation.automations.counts(),
      channels: notifications.channels.list().map(({ id, events, expires }) => ({ id, events, expires })),
    };
  }
}
