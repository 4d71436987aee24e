import type { ZohoTransport } from '../src/zoho/http/transport';
import { getFields } from '../src/zoho/metadata/fields';
import { fetchAllPages } from '../src/zoho/records/fetch-all-pages';
import type { BenchEnvironment } from './environment';
import { MODULE, runFullSync } from './session-run';

/** Synced by the worker before anything is measured. */
const OTHER_MODULE = 'Contacts';
/** Pages of the measured list that the simulator answers before: a thousand, in scans of 250. */
const SCANS = 4;
const PAGES_OF_A_SCAN = 250;

/**
 * Warms up the JIT at both ends of a list read: the worker by syncing another module, as one that syncs nightly has
 * done, and the simulated Zoho by answering the list to another client. Psql needs none.
 */
export async function warmUp(environment: BenchEnvironment, report: (line: string) => void): Promise<void> {
  report(`Warming up with ${OTHER_MODULE}`);
  await runFullSync(environment, { path: 'list', compare: 'times' }, report, OTHER_MODULE);
  report(`Warming up the list of ${MODULE}`);
  await readPages(environment.zoho, environment.signal);
}

async function readPages(zoho: ZohoTransport, signal: AbortSignal): Promise<void> {
  const fields = (await getFields(zoho, MODULE)).map(({ apiName }) => apiName);
  for (let scan = 0; scan < SCANS; scan += 1) {
    const sortOrder = scan % 2 === 0 ? 'asc' : 'desc';
    let pages = 0;
    for await (const { count } of fetchAllPages(zoho, MODULE, { fields, sortOrder }, { signal })) {
      pages += 1;
      if (count === 0 || pages === PAGES_OF_A_SCAN) break;
    }
  }
}
