import { Command } from 'commander';
import { findApi } from './client/api-address';
import { ApiClient } from './client/api-client';
import { EXIT_CODES, explain } from './client/errors';
import { COMMANDS } from './commands';
import type { CliContext } from './context';
import { printableLines, printableValue } from './output/printable';

export interface CliProcess {
  readonly environment: NodeJS.ProcessEnv;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const EXIT_CODE_HELP = `
Exit codes: ${EXIT_CODES.ok} done, ${EXIT_CODES.failed} failed, ${EXIT_CODES.usage} the command is wrong, ${EXIT_CODES.notReachable} not reachable, ${EXIT_CODES.refused} refused.`;

/**
 * Runs one `pulse` command.
 * @param args without the program's name
 * @returns the exit code; see `EXIT_CODES`
 */
export async function runCli(args: readonly string[], { environment, ...streams }: CliProcess): Promise<number> {
  // The one place where anything is written: what others put into names and texts must not command the terminal.
  const process: CliProcess = {
    environment,
    out: (text) => streams.out(printableLines(text)),
    err: (text) => streams.err(printableLines(text)),
  };
  const program = new Command('pulse')
    .description('Watches and steers syncs between Zoho CRM and PostgreSQL, through the control API.')
    .option('--api <url>', 'address of the control API (PULSE_API_URL; the key is read from PULSE_API_KEY)')
    .option('--allow-http', 'send the key to another machine without encryption')
    .option('--json', 'print the result as JSON')
    .hook('preAction', (_program, command) => chooseConnection(command, environment))
    .addHelpText('after', EXIT_CODE_HELP)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: process.out, writeErr: process.err })
    .exitOverride();
  const context = createContext(program, process);
  for (const create of COMMANDS) adopt(program, create(context));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT_CODES.ok;
  } catch (error) {
    const { line, exitCode } = explain(error);
    if (line !== '') process.err(`pulse: ${line}\n`);
    return exitCode;
  }
}

/** The organization that the environment names, for commands that work on one, unless they are told which. */
function chooseConnection(command: Command, { PULSE_CONNECTION: connection = '' }: NodeJS.ProcessEnv): void {
  const takesOne = command.options.some((option) => option.attributeName() === 'connection');
  if (connection === '' || !takesOne || command.getOptionValue('connection') !== undefined) return;
  command.setOptionValueWithSource('connection', connection, 'env');
}

function createContext(program: Command, { environment, out, err }: CliProcess): CliContext {
  let api: ApiClient | undefined;
  const options = () => program.opts<{ api?: string; allowHttp?: true; json?: true }>();
  return {
    out,
    err,
    environment,
    note: (line) => err(`${printableValue(line)}\n`),
    get api() {
      const { api: address, allowHttp, json } = options();
      const found = () => findApi(address, environment, { allowHttp: allowHttp === true });
      return (api ??= new ApiClient(found(), { forPeople: json !== true }));
    },
    get json() {
      return options().json === true;
    },
  };
}

/** Adds a command; commander hands settings on to commands it makes itself, not to those it is given. */
function adopt(parent: Command, child: Command): void {
  parent.addCommand(child);
  inheritSettings(parent, child);
}

function inheritSettings(parent: Command, child: Command): void {
  child.copyInheritedSettings(parent);
  for (const grandchild of child.commands) inheritSettings(child, grandchild);
}
