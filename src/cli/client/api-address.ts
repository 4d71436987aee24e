import { readFileSync } from 'node:fs';
import path from 'node:path';
import { API_PREFIX } from '../../api/paths';
import type { ApiAddress } from './api-client';
import { CliError, EXIT_CODES } from './errors';

const DEFAULT_URL = 'http://127.0.0.1:8600';

/**
 * Where the control API answers and with which key: the option, `PULSE_API_URL` and `PULSE_API_KEY`, or else what
 * `npm start` keeps in its folder (`PULSE_HOME`, or `.pulse` in the current folder).
 *
 * The kept key goes to the kept address and to this machine only: it must not reach whatever host an option names.
 *
 * @throws CliError `usage` for something that is not an address
 */
export function findApi(option: string | undefined, environment: NodeJS.ProcessEnv): ApiAddress {
  const home = environment['PULSE_HOME'] || '.pulse';
  const kept = keptUrl(home);
  const baseUrl = originOf(option || environment['PULSE_API_URL'] || kept || DEFAULT_URL);
  const mayHaveKeptKey = isLoopback(baseUrl) || (kept !== undefined && baseUrl === originOf(kept));
  return { baseUrl, apiKey: environment['PULSE_API_KEY'] || (mayHaveKeptKey ? keptKey(home) : undefined) };
}

/** @param address with or without the API's prefix */
function originOf(address: string): string {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    throw new CliError(EXIT_CODES.usage, `"${address}" is not the address of a control API, such as ${DEFAULT_URL}.`);
  }
  return new URL(address).origin;
}

function isLoopback(baseUrl: string): boolean {
  return /^(127(\.\d+){3}|localhost|\[::1\])$/.test(new URL(baseUrl).hostname);
}

function keptKey(home: string): string | undefined {
  return readIfThere(path.join(home, 'api-key'))?.trim();
}

/** `run.json` names the addresses for people: the URL comes first. It is there while everything runs. */
function keptUrl(home: string): string | undefined {
  const run = readIfThere(path.join(home, 'run.json'));
  return run === undefined ? undefined : new RegExp(`(https?://[^\\s"]+)${API_PREFIX}`).exec(run)?.[1];
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}
