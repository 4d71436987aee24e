import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Session } from '../../../dev/first-sync/control-api';
import { summarize } from '../../../dev/first-sync/summary';

const result = (counted: Partial<NonNullable<Session['result']>>): NonNullable<Session['result']> => ({
  status: 'completed',
  read: 20_000,
  created: 20_000,
  updated: 0,
  unchanged: 0,
  deleted: 0,
  failed: 0,
  zohoRows: 20_000,
  mirrorRows: 20_000,
  ...counted,
});

const session = (known: Partial<Session>): Session => ({
  id: '019ab000-0000-7000-8000-000000000000',
  connection: 'crm',
  module: 'Deals',
  sessionType: 'full_sync',
  status: 'completed',
  syncDirection: 'from_crm',
  phase: null,
  readPath: 'bulk',
  startedAt: '2026-11-23T08:00:00.000Z',
  completedAt: '2026-11-23T08:00:04.000Z',
  lastActivityAt: '2026-11-23T08:00:04.000Z',
  durationSeconds: 4,
  progressPercentage: 100,
  rowsPerSecond: 5000,
  etaSeconds: null,
  successRate: 1,
  totalRecords: 20_000,
  processedRecords: 20_000,
  successfulRecords: 20_000,
  failedRecords: 0,
  skippedRecords: 0,
  createdRecords: 20_000,
  updatedRecords: 0,
  unchangedRecords: 0,
  fromTimestamp: null,
  toTimestamp: null,
  lastModifiedTime: null,
  apiCallsMade: 12,
  creditsSpent: 53,
  rateLimitHits: 0,
  totalDataTransferredMb: 1,
  retryCount: 0,
  maxRetries: 3,
  batchSize: 100,
  conflictResolution: 'crm_wins',
  options: {},
  plan: null,
  result: result({}),
  verification: null,
  errorMessage: null,
  pauseReason: null,
  waitingFor: null,
  initiatedBy: null,
  workflowId: null,
  actions: [],
  links: {
    self: '/',
    pause: null,
    resume: null,
    cancel: null,
    temporalUi: null,
    logs: '/logs',
    records: '/records',
    calls: '/calls',
  },
  ...known,
});

describe('summarize', () => {
  it('shows what each module took', () => {
    const text = summarize([
      session({ module: 'Accounts', processedRecords: 4_000, rowsPerSecond: 1_000 }),
      session({}),
    ]);

    assert.equal(
      text,
      [
        'Module      Rows  Seconds  Rows/s  API calls  Credits  Verified',
        '--------  ------  -------  ------  ---------  -------  --------',
        'Accounts   4,000      4.0   1,000         12       53       yes',
        'Deals     20,000      4.0   5,000         12       53       yes',
      ].join('\n'),
    );
  });

  it('does not call a session verified that was not', () => {
    assert.match(summarize([session({ result: null })]), /^Deals .* no$/m);
    assert.match(summarize([session({ result: result({ zohoRows: 3, mirrorRows: 2 }) })]), /^Deals .* no$/m);
  });

  it('names the rows that were set aside', () => {
    const text = summarize([session({ result: result({ mirrorRows: 19_998, failed: 2 }) })]);

    assert.match(text, /^Deals .* yes, 2 set aside$/m);
  });

  it('says why a session failed', () => {
    const text = summarize([session({ status: 'failed', errorMessage: 'Zoho refused the token' })]);

    assert.match(text, /^Deals .* failed$/m);
    assert.match(text, /^Deals failed: Zoho refused the token$/m);
  });
});
