import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { invalidToken, tooManyRequests } from '../http/api-error';
import { json, type Reply } from '../http/exchange';
import { prepare, send } from '../http/send';
import { pageTokenExpired } from '../routes/records/page-token';
import type { ActiveFault } from './fault-plan';

const HANGING_MS = 300_000;
const MAINTENANCE = '<html><head><title>Zoho</title></head><body><h1>We are down for maintenance</h1></body></html>';
const SERVER_ERRORS: Readonly<Record<number, string>> = { 502: 'BAD_GATEWAY', 503: 'SERVICE_UNAVAILABLE' };

/** Applies a fault before the call is carried out. A reply ends the call there. */
export async function faultBefore(
  fault: ActiveFault | undefined,
  response: ServerResponse,
): Promise<Reply | undefined> {
  switch (fault?.kind) {
    case 'latency':
      await pause(fault.delayMs ?? 1_000, response);
      return undefined;
    case 'timeout-before-apply':
      await pause(fault.delayMs ?? HANGING_MS, response);
      response.destroy();
      return { status: 504 };
    case 'reset':
      response.socket?.resetAndDestroy();
      return { status: 0 };
    case 'error': {
      const status = fault.status ?? 500;
      const code = SERVER_ERRORS[status] ?? 'INTERNAL_ERROR';
      return json(status, { code, details: {}, message: 'Internal server error occurred.', status: 'error' });
    }
    case 'html':
      return { status: fault.status ?? 503, text: { type: 'text/html;charset=UTF-8', content: MAINTENANCE } };
    case 'unauthorized':
      return json(401, invalidToken().envelope());
    case 'throttle':
      return json(429, tooManyRequests().envelope());
    case 'page-token-expired':
      return json(400, pageTokenExpired().envelope());
    default:
      return undefined;
  }
}

/** Keeps the caller waiting for an answer to a call that was carried out. */
export async function waitsAfterApply(fault: ActiveFault | undefined, response: ServerResponse): Promise<void> {
  if (fault?.kind !== 'timeout-after-apply') return;
  await pause(fault.delayMs ?? HANGING_MS, response);
  response.destroy();
}

/** Sends a reply, cut or spoiled where the fault says so. */
export async function sendWithFault(
  response: ServerResponse,
  reply: Reply,
  headers: Readonly<Record<string, string>>,
  fault: ActiveFault | undefined,
): Promise<void> {
  if (fault?.kind === 'truncate') return sendCut(response, reply, headers, fault.bytes);
  if (fault?.kind === 'malformed-json' && reply.json !== undefined) {
    return send(response, { ...reply, json: reply.json.subarray(0, Math.ceil(reply.json.length * 0.7)) }, headers);
  }
  return send(response, reply, headers);
}

/** Announces the whole length, sends a part, and breaks the connection. */
async function sendCut(
  response: ServerResponse,
  reply: Reply,
  headers: Readonly<Record<string, string>>,
  bytes: number | undefined,
): Promise<void> {
  const { headers: own, body } = prepare(reply);
  const total = Number(own['Content-Length'] ?? 0);
  const kept = Math.min(bytes ?? Math.floor(total / 2), total);
  const part = body?.subarray(0, kept) ?? (reply.file && (await readStart(reply.file.path, kept)));
  response.writeHead(reply.status, { ...headers, ...own });
  response.write(part ?? '', () => response.socket?.destroySoon());
}

async function readStart(path: string, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer;
  } finally {
    await file.close();
  }
}

/** Waits, but not for a caller that has gone. */
function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    timer.unref();
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
