import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { uuidv7 } from 'uuidv7';
import { PROBLEM_CONTENT_TYPE, Problem, type ProblemCode, toProblemDocument } from './http/problem';

/** Requests that Node's parser refuses, by its code; of any other code they are not HTTP. */
const PARSER_PROBLEMS: Readonly<Record<string, [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The request line and headers have more than 16,384 bytes.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['payload_too_large', 'The extensions of a chunk are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time.'],
};
const NOT_HTTP: [ProblemCode, string] = ['malformed_request', 'The request is not valid HTTP/1.1.'];

/** Lets the application answer the requests of a server, and answers those that never become one as problems, too. */
export function serveApp(server: Server, app: Express): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    answers.set(request.socket, response);
    app(request, response);
  };
  server.on('request', answer);
  // Nobody is asked to send a body before its reader is there; expectations that nobody knows are passed over.
  server.on('checkContinue', answer);
  server.on('checkExpectation', answer);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const current = answers.get(socket);
    const isAnswering = current?.headersSent === true && !current.writableFinished;
    if (!socket.writable || error.code === 'ECONNRESET' || isAnswering) socket.destroy();
    else socket.end(refusal(...(PARSER_PROBLEMS[error.code ?? ''] ?? NOT_HTTP)), () => socket.destroy());
  });
}

/** An answer as it goes over the line: there is no request that Node would write one for. */
function refusal(code: ProblemCode, detail: string): string {
  const requestId = uuidv7();
  const problem = new Problem(code, detail);
  const body = JSON.stringify(toProblemDocument(problem, '*', requestId));
  const { status } = problem.kind;
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    '',
    body,
  ].join('\r\n');
}
