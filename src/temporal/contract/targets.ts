/** What every activity of a bulk write or a mass update is told. */
export interface OperationTarget {
  operationId: string;
  connectionId: string;
}

/** What every activity of a session is told: which session, which module, which fields. */
export interface SyncTarget {
  sessionId: string;
  connectionId: string;
  module: string;
  /** API names; every field without it. */
  fields?: string[];
}
