import { type Exchange, header } from './exchange';

/** A part of a multipart/form-data body. */
export interface Part {
  readonly name: string;
  readonly fileName?: string;
  readonly content: Buffer;
}

const HEADERS_END = '\r\n\r\n';

/** The parts of a multipart body, bytes untouched and not copied; none when the body is of another type. */
export function multipartParts(exchange: Exchange): Part[] {
  const type = header(exchange, 'content-type') ?? '';
  const boundary = /multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary === undefined) return [];
  const { body } = exchange;
  const mark = `--${boundary}`;
  const parts: Part[] = [];
  for (let at = body.indexOf(mark); at >= 0;) {
    const next = body.indexOf(`\r\n${mark}`, at + mark.length);
    const headersEnd = body.indexOf(HEADERS_END, at);
    if (next < 0 || headersEnd < 0 || headersEnd > next) break;
    const headers = body.toString('utf8', at, headersEnd);
    const name = /[; ]name="([^"]*)"/i.exec(headers)?.[1];
    const fileName = /filename="([^"]*)"/i.exec(headers)?.[1];
    const content = body.subarray(headersEnd + HEADERS_END.length, next);
    if (name !== undefined) parts.push({ name, content, ...(fileName !== undefined && { fileName }) });
    at = next + 2;
  }
  return parts;
}
