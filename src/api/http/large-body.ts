import express, { type Request, type Response } from 'express';
import { Problem } from './problem';

/**
 * Reads a JSON body of up to `limit` into the request, as Express does with small ones.
 * @returns the body's text, in which numbers have all their digits
 * @throws the body parser's errors; Problem `unsupported_media_type` for anything but UTF-8
 */
export async function readLargeBody(limit: string, request: Request, response: Response): Promise<string> {
  let text = '';
  const keep = (_request: unknown, _response: unknown, bytes: Buffer, encoding: string): void => {
    if (!/^utf-?8$/i.test(encoding)) throw new Problem('unsupported_media_type', 'The body must be sent as UTF-8.');
    text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  };
  const parse = express.json({ limit, strict: false, verify: keep });
  await new Promise<void>((resolve, reject) => {
    parse(request, response, (error?: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });
  return text;
}
