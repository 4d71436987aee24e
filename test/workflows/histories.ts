import path from 'node:path';

/** Where recorded histories are kept. */
export const HISTORIES = path.join(__dirname, '..', 'histories');

/** A history as Temporal's own JSON, and the id it was recorded under. */
export interface RecordedHistory {
  workflowId: string;
  history: object;
}
