import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { reuse } from '../data/byte-sink';
import type { Reply } from './exchange';

const JSON_TYPE = 'application/json;charset=UTF-8';

/** The headers and, unless it streams, the bytes of a reply. */
export function prepare(reply: Reply): { headers: Record<string, string>; body?: Buffer } {
  if (reply.json !== undefined) {
    const body = reply.json;
    return {
      headers: {
        'Content-Type': JSON_TYPE,
        'Content-Disposition': 'attachment; filename=response.json',
        'Content-Length': String(body.length),
      },
      body,
    };
  }
  if (reply.text) {
    const body = Buffer.from(reply.text.content, 'utf8');
    return { headers: { 'Content-Type': reply.text.type, 'Content-Length': String(body.length) }, body };
  }
  if (reply.file) {
    return {
      headers: {
        'Content-Type': 'application/zip',
        'Content-Disposition': `attachment; filename="${reply.file.name}"`,
        'Content-Length': String(reply.file.size),
      },
    };
  }
  return { headers: reply.chunks ? { 'Content-Type': reply.chunks.type } : {} };
}

/** Writes a whole reply. A caller that goes away is no error. */
export async function send(
  response: ServerResponse,
  reply: Reply,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  if (response.destroyed) return;
  const prepared = prepare(reply);
  // The clock is the simulated one, or there is none.
  response.sendDate = false;
  response.writeHead(reply.status, { ...headers, ...prepared.headers, ...reply.headers });
  if (reply.file) {
    await pipeline(createReadStream(reply.file.path), response).catch(() => response.destroy());
  } else if (reply.chunks) {
    await pipeline(Readable.from(reply.chunks.content), response).catch(() => response.destroy());
  } else {
    const { body } = prepared;
    if (body) response.once('close', () => reuse(body));
    response.end(body);
  }
}
