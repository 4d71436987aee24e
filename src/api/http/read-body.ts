import { isUtf8 } from 'node:buffer';
import type { Duplex, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Request, Response } from 'express';
import { ownValue } from '../../domain/own-value';
import { type JsonBound, JsonBoundExceeded, type JsonLimit, JsonScan } from '../../domain/records/json-scan';
import type { ScannedBody } from './json-lists';
import { Problem } from './problem';

/** Size of the largest body that a route takes. */
export interface BodyLimit extends JsonLimit {
  /** After decompression. */
  readonly bytes: number;
  /** True takes it for JSON whatever it is declared as. */
  readonly anyType?: true;
}

const INFLATERS: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** A byte order mark, which RFC 8259 lets a parser ignore. Spaces take its place: offsets stay. */
const MARK = Buffer.from('\uFEFF');

/** Whether the request says that it has a body. */
export function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
}

/**
 * Reads a JSON body, and stops at the first byte that is too much. Nothing of it is read before this is called: a
 * caller who waits for leave to send it (`Expect: 100-continue`) gets it here.
 * @throws Problem `unsupported_media_type`, `payload_too_large`, `validation_failed`, `malformed_json`
 */
export async function readBody(request: Request, response: Response, limit: BodyLimit): Promise<ScannedBody> {
  if (!limit.anyType) assertReadable(request);
  if (Number(request.headers['content-length']) > limit.bytes) throw tooLarge(limit);
  if (request.headers.expect !== undefined) response.writeContinue();
  const inflater = inflaterOf(request);
  const body = await collect(inflater ? request.pipe(inflater) : request, limit).finally(() => {
    // What is left of the request is dropped with its connection, and must not wait for the inflater.
    if (inflater) request.unpipe(inflater.destroy());
  });
  if (!isUtf8(body.bytes)) throw new Problem('malformed_json', 'The body is not UTF-8.');
  if (body.bytes.subarray(0, MARK.length).equals(MARK)) body.bytes.fill(' ', 0, MARK.length);
  return body;
}

function assertReadable(request: Request): void {
  if (request.is('application/json') === false) {
    throw new Problem('unsupported_media_type', 'The body must be sent as application/json.');
  }
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new Problem('unsupported_media_type', 'The body must be sent as UTF-8.');
  }
}

/** Undoes the content encoding of the body, if it has one. */
function inflaterOf(request: Request): Duplex | undefined {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return undefined;
  const inflater = ownValue(INFLATERS, encoding)?.();
  if (!inflater) throw new Problem('unsupported_media_type', 'The content encoding of the body is not supported.');
  request.once('error', (error) => inflater.destroy(error));
  return inflater;
}

/** Leaves the request alone where it stops: the answer still has to go over its connection. */
async function collect(source: Readable, limit: BodyLimit): Promise<ScannedBody> {
  const scan = new JsonScan(limit);
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > limit.bytes) throw tooLarge(limit);
      scan.add(piece);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof JsonBoundExceeded) throw beyondBound(error);
    throw new Problem('malformed_json', 'The body ended early, or does not decompress.', {}, { cause: error });
  }
  return { bytes: Buffer.concat(pieces, size), lists: scan.lists };
}

function tooLarge({ bytes }: BodyLimit): Problem {
  return new Problem(
    'payload_too_large',
    `The body is larger than the ${bytes.toLocaleString('en-US')} bytes allowed.`,
  );
}

function beyondBound({ bound, limit }: JsonBoundExceeded): Problem {
  const most = limit.toLocaleString('en-US');
  const problems: Record<JsonBound, () => Problem> = {
    depth: () => new Problem('validation_failed', `The body is nested more than ${most} levels deep.`),
    names: () => new Problem('validation_failed', `An object of the body has more than ${most} names.`),
    itemValues: () => new Problem('validation_failed', `A record of the body has more than ${most} values.`),
    values: () => new Problem('payload_too_large', `The body has more than the ${most} values allowed.`),
  };
  return problems[bound]();
}
