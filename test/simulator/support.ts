import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Entry, fromBuffer } from 'yauzl';
import {
  DEMO_CLIENT_ID,
  DEMO_CLIENT_SECRET,
  DEMO_REFRESH_TOKEN,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../simulator';

/** An answer with its body as text and, when there is one, as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** The parts of answers that tests look at. */
export interface Body {
  readonly data?: readonly Item[];
  readonly info?: Record<string, unknown>;
  readonly code?: string;
  readonly details?: Record<string, unknown>;
  readonly [key: string]: unknown;
}

/** A record or a result of a write, read loosely. */
export interface Item {
  readonly id: string;
  readonly code?: string;
  readonly state?: string;
  readonly details: { readonly id: string; readonly [key: string]: unknown };
  readonly result: {
    readonly count: number;
    readonly download_url: string;
    readonly more_records: boolean;
    readonly next_page_token?: string;
  };
  readonly [key: string]: unknown;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  /** JSON as it stands, whatever its numbers. */
  readonly body?: string;
}

/** A simulator in this process and a client that is signed in to it. */
export interface TestBed {
  readonly simulator: Simulator;
  readonly token: string;
  call(path: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

export async function startTestBed(options: Partial<SimulatorOptions> = {}): Promise<TestBed> {
  const simulator = await startSimulator({ deals: 1_000, ...options });
  const token = await accessToken(simulator.url);
  return {
    simulator,
    token,
    close: () => simulator.close(),
    call: async (path, { method = 'GET', headers = {}, json, body = JSON.stringify(json) } = {}) => {
      const response = await fetch(simulator.url + path, {
        method,
        headers: {
          Authorization: `Zoho-oauthtoken ${token}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parse(text) };
    },
  };
}

/** Asks for an access token with the refresh token that is always there. */
export function refresh(url: string, changes: Record<string, string> = {}): Promise<Response> {
  const parameters = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: DEMO_CLIENT_ID,
    client_secret: DEMO_CLIENT_SECRET,
    refresh_token: DEMO_REFRESH_TOKEN,
    ...changes,
  });
  return fetch(`${url}/oauth/v2/token`, { method: 'POST', body: parameters });
}

export async function accessToken(url: string): Promise<string> {
  const { access_token: token } = (await (await refresh(url)).json()) as { access_token: string };
  return token;
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

/** Runs a bulk-read job to its end and gives its status document. */
export async function runBulkRead(bed: TestBed, query: unknown): Promise<Item> {
  const created = await bed.call('/crm/bulk/v8/read', { method: 'POST', json: { query } });
  const id = created.body.data?.[0]?.details.id ?? '';
  for (;;) {
    const job = (await bed.call(`/crm/bulk/v8/read/${id}`)).body.data?.[0];
    if (!job) throw new Error(`no status of job ${id}: ${created.text}`);
    if (job.state === 'COMPLETED' || job.state === 'FAILURE') return job;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The rows of a finished job, by header name. */
export async function downloadRows(bed: TestBed, job: Item): Promise<Record<string, string>[]> {
  const response = await fetch(bed.simulator.url + job.result.download_url, {
    headers: { Authorization: `Zoho-oauthtoken ${bed.token}` },
  });
  const csv = await unzipSingle(Buffer.from(await response.arrayBuffer()));
  const [header = [], ...rows] = parseCsv(csv);
  return rows.map((row) => Object.fromEntries(header.map((name, place) => [name, row[place] ?? ''])));
}

/** The text of the only file of a zip. */
export function unzipSingle(zip: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: true }, (error, file) => {
      if (error) {
        reject(error);
        return;
      }
      file.once('entry', (entry: Entry) => {
        file.openReadStream(entry, (openError, stream) => {
          if (openError) reject(openError);
          else buffer(Readable.from(stream)).then((bytes) => resolve(bytes.toString('utf8')), reject);
        });
      });
      file.readEntry();
    });
  });
}

/** RFC 4180. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? '';
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') cell += text[++i] ?? '';
      else quoted = false;
    } else if (character === '"') {
      quoted = true;
    } else if (character === ',' || character === '\n') {
      row.push(cell);
      cell = '';
      if (character === '\n') {
        rows.push(row);
        row = [];
      }
    } else {
      cell += character;
    }
  }
  return rows;
}
