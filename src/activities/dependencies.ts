import type { Knex } from 'knex';
import type { ZohoTransports } from '../connection/transports';
import type { Logger } from '../logger';
import type { ConnectionSchedules } from './maintenance/reconcile-connections';
import type { WorkflowState } from './maintenance/reconcile-sessions';

/** What activities work with; made once per worker. */
export interface ActivityDependencies {
  knex: Knex;
  zoho: ZohoTransports;
  logger: Logger;
  /** Folder for result files while they are loaded. */
  spoolDirectory: string;
  /** Asks Temporal what has become of a workflow. */
  workflowState(workflowId: string): Promise<WorkflowState>;
  schedules: ConnectionSchedules;
  /**
   * The URL that Zoho may call when a bulk write's job ends; undefined where Zoho cannot reach the API.
   * @param secret proves that the call is Zoho's
   */
  bulkWriteCallbackUrl(operationId: string, file: number, secret: string): string | undefined;
  /** Opens what was sealed for a purpose. @throws EncryptionKeyMissing, SealedValueInvalid */
  openSecret(purpose: string, sealed: string): string;
}
