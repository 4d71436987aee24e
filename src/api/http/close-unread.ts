import type { NextFunction, Request, Response } from 'express';

/** Time for a caller to read its answer and to stop sending a body that nobody reads. */
const LINGER_MS = 5_000;

/** Closes the connection of a request that was answered before its body had come, so that no refused caller keeps one. */
export function closeUnread(request: Request, response: Response, next: NextFunction): void {
  response.once('finish', () => {
    if (request.complete) return;
    // Node drops the rest by itself only where nothing has been read.
    request.resume();
    setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, LINGER_MS).unref();
  });
  next();
}
