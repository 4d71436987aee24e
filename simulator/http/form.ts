import { type Exchange, header } from './exchange';

/** Parameters of a call from query string, urlencoded body and multipart body: Zoho's token endpoint takes all three. */
export function formParameters(exchange: Exchange): URLSearchParams {
  const parameters = new URLSearchParams(exchange.query);
  const type = header(exchange, 'content-type') ?? '';
  const boundary = /multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary) {
    for (const [name, value] of multipartFields(exchange.body.toString('utf8'), boundary)) parameters.set(name, value);
  } else {
    for (const [name, value] of new URLSearchParams(exchange.body.toString('utf8'))) parameters.set(name, value);
  }
  return parameters;
}

function* multipartFields(body: string, boundary: string): Generator<[string, string]> {
  for (const part of body.split(`--${boundary}`)) {
    const split = part.indexOf('\r\n\r\n');
    const name = /name="([^"]*)"/.exec(part)?.[1];
    if (split < 0 || name === undefined) continue;
    yield [name, part.slice(split + 4).replace(/\r\n$/, '')];
  }
}
