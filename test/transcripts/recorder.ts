import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { shapeOf } from './shape';
import { RECORDED_HEADERS, type Transcript, type TranscriptCall, withPlaceholders } from './transcript';

/** Stands between a client and an organization, and writes down what they say to each other. */
export interface Recorder {
  readonly url: string;
  transcript(about: string): Transcript;
  close(): Promise<void>;
}

export async function startRecorder(target: string, now: () => number): Promise<Recorder> {
  const calls: TranscriptCall[] = [];
  const answers: unknown[] = [];

  async function forward(request: IncomingMessage): Promise<{ status: number; text: string }> {
    const url = new URL(request.url ?? '/', target);
    const given = (await buffer(request)).toString('utf8');
    const headers = Object.fromEntries(
      RECORDED_HEADERS.flatMap((name) =>
        request.headers[name] === undefined ? [] : [[name, String(request.headers[name])]],
      ),
    );
    const method = request.method ?? 'GET';
    const response = await fetch(url, {
      method,
      headers: { ...headers, Authorization: request.headers.authorization ?? '', 'Content-Type': 'application/json' },
      ...(given !== '' && { body: given }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? null : (JSON.parse(text) as unknown);
    const sent = {
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
      ...(given !== '' && { body: JSON.parse(given) as unknown }),
    };
    calls.push({
      ...withPlaceholders(sent, answers, now()),
      answer: { status: response.status, shape: shapeOf(answer) },
    });
    answers.push(answer);
    return { status: response.status, text };
  }

  const server = createServer((request, response) => {
    void forward(request).then(
      ({ status, text }) =>
        response
          .writeHead(status, { 'Content-Type': 'application/json', Date: new Date(now()).toUTCString() })
          .end(text === '' ? undefined : text),
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    transcript: (about) => ({ about, calls }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
