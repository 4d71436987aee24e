/** Identifies the operation that an activity of a bulk write or a mass update works for. */
export interface OperationTarget {
  operationId: string;
  connectionId: string;
}

/** Target of every activity of a session: session, module and fields. */
export interface SyncTarget {
  sessionId: string;
  connectionId: string;
  module: string;
  /** API names; every field without it. */
  fields?: string[];
}
