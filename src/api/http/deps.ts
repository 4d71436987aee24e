import type { Knex } from 'knex';
import type { ConnectSettings } from '../../connection/settings';
import type { Logger } from '../../logger';
import type { ApprovalCommands } from '../../temporal/runs/approval-commands';
import type { OperationCommands } from '../../temporal/runs/operation-commands';
import type { SyncCommands } from '../../temporal/runs/sync-commands';
import type { SyncSchedules } from '../../temporal/schedules/sync-schedules';
import type { ReaderCredits, ReaderCreditShares } from '../connections/reader-credits';
import type { Readiness } from '../system/readiness';
import type { NotificationReceiver } from '../webhooks/notification-receiver';
import type { CallerLimit } from './caller-limit';
import type { LargeBodyQueue } from './large-body-queue';
import type { Metrics } from './metrics';

/** Address of the Temporal UI, for links to workflows. */
export interface TemporalUi {
  /** Base URL. */
  url: string;
  namespace: string;
}

/** The part of the schedules that the control API asks of Temporal. */
export type ScheduleCommands = Pick<SyncSchedules, 'find' | 'pause' | 'resume' | 'trigger'>;

/** Parts of the control API; a test can replace each. */
export interface ApiDeps {
  readonly knex: Knex;
  readonly commands: SyncCommands;
  /** For approvals. */
  readonly approvals: ApprovalCommands;
  /** For bulk writes and mass updates. */
  readonly operations: OperationCommands;
  /** The schedules in Temporal that follow configurations. */
  readonly schedules: ScheduleCommands;
  readonly logger: Logger;
  /** Takes what Zoho tells of changed records. */
  readonly notifications: NotificationReceiver;
  /** For connecting organizations. */
  readonly connect: ConnectSettings;
  readonly temporalUi: TemporalUi;
  /** Reaction to an answer that its route does not declare: fail the request, log it, or nothing. */
  readonly validateAnswers: 'throw' | 'log' | 'off';
  /** Time in milliseconds for which an answer of the readiness probe serves all who ask. @default 1000 */
  readonly readinessMaxAgeMs?: number;
  /** Requests without a valid API key that one address may send in a minute. @default 300 */
  readonly keylessPerMinute?: number;
  /** Of the product, for the OpenAPI document. */
  readonly version: string;
}

/** Dependencies of a route handler. */
export interface RouteDeps extends ApiDeps {
  readonly metrics: Metrics;
  /** The OpenAPI document of this very API, as it is sent. */
  readonly openApi: Buffer;
  /** Parts that the engine needs to work, and whether they are there; asked at most once a second. */
  readonly readiness: () => Promise<Readiness>;
  readonly callerLimit: CallerLimit;
  readonly creditShares: ReaderCreditShares;
  /** Credits that the caller may spend; absent for callers who may start syncs. */
  readonly readerCredits?: ReaderCredits;
  readonly largeBodies: LargeBodyQueue;
}
