/** Ages in days after which values and lines are forgotten; 0 keeps them for ever. */
export interface Retention {
  /** Of records and values that ended writes sent to Zoho, and of rows that are in quarantine no longer. */
  readonly sentDays: number;
  /** Of the values of deleted rows in tombstones, and of the statuses of single records. */
  readonly deletedDays: number;
  /** Of the log lines of sessions and operations. */
  readonly logDays: number;
  /** Of what became of each record and its values, by whole months. */
  readonly historyDays: number;
  /** Of tombstones, which fence reads that began before the delete, of closed alerts, and of approvals that nobody decided. */
  readonly fenceDays: number;
  /** Of sessions and operations; completed syncs that changed nothing go earlier. */
  readonly runDays: number;
  /** Of the ledger's entries, whose sums by day stay, of Zoho's jobs, and of the single differences of comparisons. */
  readonly ledgerDays: number;
}

/** A kind of rows that are forgotten by age. */
export interface RetentionStep {
  readonly age: keyof Retention;
  /** Days after which they go at the latest, however long others of their age are kept. */
  readonly mostDays?: number;
  /** Forgets a batch of what is older than `:before`; `:limit` is the size of the batch. */
  readonly sql: string;
}
