import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ApiAddress } from './api-client';
import { CliError, EXIT_CODES } from './errors';
import { liveApi } from './live-run';

const DEFAULT_URL = 'http://127.0.0.1:8600';

/**
 * Where the control API answers and with which key: the option or `PULSE_API_URL` with `PULSE_API_KEY`, or else what
 * `npm start` keeps in its folder (`PULSE_HOME`, or `.pulse` in the current folder) while it runs.
 *
 * A key goes only where it belongs. That of the environment goes to an address that the same person named, never to one
 * of a file; the kept one goes to the API of the run that keeps it, since anybody may listen at a port that is free.
 *
 * @throws CliError `usage` for something that is not an address, a key without one, or a key that would be sent to
 *   another machine in the clear
 */
export function findApi(
  option: string | undefined,
  environment: NodeJS.ProcessEnv,
  { allowHttp }: { allowHttp: boolean },
): ApiAddress {
  const home = environment['PULSE_HOME'] || '.pulse';
  const own = environment['PULSE_API_KEY'] || undefined;
  const named = option || environment['PULSE_API_URL'] || undefined;
  const live = liveApi(home);
  if (named === undefined) {
    if (own !== undefined)
      throw usage('PULSE_API_KEY is set: name the address that it is for, too (--api, PULSE_API_URL).');
    return { baseUrl: live ?? DEFAULT_URL, apiKey: live === undefined ? undefined : keptKey(home) };
  }
  const baseUrl = originOf(named);
  const apiKey = own ?? (baseUrl === live ? keptKey(home) : undefined);
  if (apiKey !== undefined && !allowHttp && baseUrl !== live && isRemoteHttp(baseUrl)) {
    throw usage(`${baseUrl} is another machine, and HTTP does not encrypt the key: use https, or --allow-http.`);
  }
  return { baseUrl, apiKey };
}

/** @param address with or without the API's prefix */
function originOf(address: string): string {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    throw usage(`"${address}" is not the address of a control API, such as ${DEFAULT_URL}.`);
  }
  return new URL(address).origin;
}

function isRemoteHttp(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === 'http:' && !/^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname);
}

function usage(message: string): CliError {
  return new CliError(EXIT_CODES.usage, message);
}

function keptKey(home: string): string | undefined {
  return readIfThere(path.join(home, 'api-key'))?.trim();
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}
