import type { SwitchValues } from '../../simulator/switches';
import { type Answer, runBulkRead, startTestBed, type TestBed, unzipSingle } from './support';

/** A fresh simulator for every test of a suite, with the calls whose answers switches change. */
export function useSwitches() {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await startTestBed({ deals: 500, tokenThrottle: false });
  });

  afterEach(() => bed.close());

  function flip(changes: Partial<SwitchValues>): void {
    bed.simulator.control.setSwitches(changes);
  }

  /** Answers of a call before and after switches are flipped. */
  async function both(changes: Partial<SwitchValues>, call: () => Promise<Answer>): Promise<[Answer, Answer]> {
    const before = await call();
    flip(changes);
    return [before, await call()];
  }

  function search(criteria: string): Promise<Answer> {
    return bed.call(`/crm/v8/Deals/search?fields=Deal_Name&criteria=${encodeURIComponent(criteria)}`);
  }

  function coql(query: string): Promise<Answer> {
    return bed.call('/crm/v8/coql', { method: 'POST', json: { select_query: query } });
  }

  function bulkRead(query: Record<string, unknown>): Promise<Answer> {
    const json = { query: { module: { api_name: 'Deals' }, ...query } };
    return bed.call('/crm/bulk/v8/read', { method: 'POST', json });
  }

  function write(records: readonly unknown[], headers: Record<string, string> = {}): Promise<Answer> {
    return bed.call('/crm/v8/Deals', { method: 'PUT', json: { data: records }, headers });
  }

  async function csvOf(query: Record<string, unknown>): Promise<string> {
    const job = await runBulkRead(bed, { module: { api_name: 'Deals' }, ...query });
    const headers = { Authorization: `Zoho-oauthtoken ${bed.token}` };
    const response = await fetch(bed.simulator.url + job.result.download_url, { headers });
    return unzipSingle(Buffer.from(await response.arrayBuffer()));
  }

  return { bed: () => bed, both, bulkRead, coql, csvOf, flip, search, write };
}

export function statuses(answers: readonly Answer[]): number[] {
  return answers.map(({ status }) => status);
}

export function codes(answers: readonly Answer[]): unknown[] {
  return answers.map(({ body }) => body.code);
}
