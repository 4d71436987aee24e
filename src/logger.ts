import pino from 'pino';

/** Paths that could carry a secret, wherever an object is logged. */
const SECRET_PATHS = ['authorization', 'token', 'accessToken', 'refreshToken', 'clientSecret', 'apiKey', 'password'];

export type Logger = pino.Logger;

/** Creates a logger of JSON lines on stderr; stdout stays free for a command's output. */
export function createLogger(name: string, level: string): Logger {
  return pino(
    { name, level, redact: { paths: SECRET_PATHS.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' } },
    pino.destination({ dest: 2, sync: false }),
  );
}
