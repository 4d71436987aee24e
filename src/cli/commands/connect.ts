import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { z } from 'zod';
import { AuthStatus, Authorization, ConnectionAnswer, type Connection } from '../../api/connections/schemas';
import { connectionPath, API_PREFIX } from '../../api/paths';
import { CliError, EXIT_CODES } from '../client/errors';
import { readPatiently } from '../client/read-patiently';
import { show, type CliContext } from '../context';
import { openBrowser } from '../input/open-browser';
import { connectionOption, names } from '../input/option-values';
import { secretReader } from '../input/read-secret';
import { authStatusText, connectionDetails } from '../output/connection-text';

const POLL_MS = 1_000;
/** Stands for standard input, as usual. */
const FROM_INPUT = '-';

interface ConnectOptions {
  connection?: string;
  status?: true;
  clientId?: string;
  dataCenter?: string;
  grantCode?: string;
  scopes?: string[];
  open: boolean;
}

/** `pulse connect`: connects a Zoho organization, in the browser or with a grant code; or shows how it is connected. */
export function connectCommand(context: CliContext): Command {
  return new Command('connect')
    .description('connect a Zoho organization: in the browser, or with the grant code of a self client')
    .addOption(connectionOption())
    .option('--status', 'only show whether it is connected')
    .option(
      '--client-id <id>',
      'create the connection, named with --connection, or replace its client; asks for its secret, unless PULSE_CLIENT_SECRET has it',
    )
    .option('--data-center <name>', 'where the org is, e.g. eu (default: us); with --client-id')
    .option('--grant-code <code>', 'of a self client; - reads it from standard input, where nobody sees it')
    .option('--scopes <names>', 'what to ask for, separated by commas (default: all that is needed)', names)
    .option('--no-open', 'only print the address of the consent, do not open it')
    .action(async (options: ConnectOptions) => {
      if (options.status) show(context, await authStatus(context, options.connection), authStatusText);
      else show(context, await connect(context, options), connectionDetails);
    });
}

/** `pulse disconnect`: gives the grant back to Zoho and forgets it. */
export function disconnectCommand(context: CliContext): Command {
  return new Command('disconnect')
    .description('give the grant back to Zoho and forget it; the mirror stays')
    .addOption(connectionOption())
    .action(async (options: { connection?: string }) => {
      const path = `${connectionPath(await connectionName(context, options.connection))}/revoke`;
      const { connection } = await context.api.post(path, { schema: ConnectionAnswer });
      show(context, connection, connectionDetails);
    });
}

function authStatus({ api }: CliContext, connection: string | undefined): Promise<z.infer<typeof AuthStatus>> {
  return api.get(`${API_PREFIX}/auth/status`, { schema: AuthStatus, query: { connection } });
}

/** Name of the connection for a path. @throws ApiProblem `connection_required` when none is given and one must be */
async function connectionName(context: CliContext, given: string | undefined): Promise<string> {
  return given ?? (await authStatus(context, undefined)).connection.name;
}

async function connect(context: CliContext, options: ConnectOptions): Promise<Connection> {
  const { clientId, grantCode, scopes } = options;
  const name = await connectionName(context, options.connection);
  const secrets = secretReader();
  try {
    if (clientId !== undefined) {
      const secret = context.environment['PULSE_CLIENT_SECRET'] || (await secrets.ask('Client secret'));
      await saveClient(context, name, options, clientId, secret);
    }
    if (grantCode === undefined) return await connectInBrowser(context, name, options);
    const code = grantCode === FROM_INPUT ? await secrets.ask('Grant code') : grantCode;
    const body = { code, ...(scopes && { scopes }) };
    const answer = await context.api.post(`${connectionPath(name)}/grant-code`, { schema: ConnectionAnswer, body });
    return answer.connection;
  } finally {
    secrets.close();
  }
}

async function saveClient(
  { api }: CliContext,
  name: string,
  { dataCenter }: ConnectOptions,
  clientId: string,
  clientSecret: string,
): Promise<void> {
  const body = { clientId, clientSecret, ...(dataCenter !== undefined && { dataCenter }) };
  await api.call('PUT', connectionPath(name), { schema: ConnectionAnswer, body });
}

/** Detects the callback, which goes to the API and not to us, by the connection's new grant. */
async function connectInBrowser(
  context: CliContext,
  name: string,
  { scopes, open }: ConnectOptions,
): Promise<Connection> {
  const { api, err } = context;
  const read = async (): Promise<Connection> =>
    (await api.get(connectionPath(name), { schema: ConnectionAnswer })).connection;
  const { connectedAt } = await read();
  const body = { ...(scopes && { scopes }) };
  const consent = await api.post(`${connectionPath(name)}/authorization`, { schema: Authorization, body });
  err(
    `Open this address as a user of the organization, until ${consent.expiresAt}:\n\n${consent.authorizationUrl}\n\n`,
  );
  err(`Zoho must know the redirect URI ${consent.redirectUri} for this client. Waiting ...\n`);
  if (open && process.stderr.isTTY) openBrowser(consent.authorizationUrl);
  while (Date.now() < Date.parse(consent.expiresAt)) {
    const connection = await readPatiently(context, read);
    if (connection.status === 'connected' && connection.connectedAt !== connectedAt) return connection;
    await sleep(POLL_MS);
  }
  throw new CliError(EXIT_CODES.failed, 'Nobody consented in time: run pulse connect again.');
}
