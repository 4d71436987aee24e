import { Command, Option } from 'commander';
import { DifferencePage, VerificationAnswer, VerificationPage } from '../../api/comparisons/schemas';
import { API_PREFIX } from '../../api/paths';
import { SessionAnswer } from '../../api/sessions/schemas';
import { COMPARISONS } from '../../domain/runs/enums';
import { followSession } from '../client/follow-session';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { show, type CliContext } from '../context';
import { connectionOption } from '../input/option-values';
import { sessionDetails } from '../output/session-text';
import { differencesTable, verificationDetails, verificationsTable } from '../output/verifications-text';

interface VerifyOptions {
  connection?: string;
  compare?: string;
  repair: boolean;
  wait?: true;
}

/** `pulse verify`: compares a module with its mirror. */
export function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .description('compare a module with its mirror, and repair what differs')
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .addOption(connectionOption())
    .addOption(new Option('--compare <what>', 'every value (default), or ids and times').choices(COMPARISONS))
    .option('--no-repair', 'only look, write nothing')
    .option('--wait', 'follow the session to its end; the exit code is 0 only if it completes')
    .action(async (module: string, { wait, ...options }: VerifyOptions) => {
      const { session } = await context.api.post(`${API_PREFIX}/syncs/verify`, {
        schema: SessionAnswer,
        body: { module, ...options },
      });
      if (wait) await followSession(context, session);
      else show(context, session, sessionDetails);
    });
}

interface ListOptions extends PagingOptions {
  module?: string;
  connection?: string;
}

/** `pulse verifications …`: what comparisons have found. */
export function verificationsCommand(context: CliContext): Command {
  const path = `${API_PREFIX}/verifications`;
  const verifications = new Command('verifications').description('look at what comparisons have found');
  addPagingOptions(verifications.command('list'))
    .description('list comparisons, the last first')
    .option('--module <name>', 'only of this module')
    .option('--connection <name>', 'only of this Zoho org (default: all)')
    .action(async (options: ListOptions) =>
      listPages(
        context,
        path,
        VerificationPage,
        { ...options },
        (page) => page.verifications,
        (rows) => show(context, rows, verificationsTable),
      ),
    );
  verifications
    .command('show')
    .description('show the result of a session')
    .argument('<session>')
    .action(async (session: string) => {
      const { verification } = await context.api.get(`${path}/${encodeURIComponent(session)}`, {
        schema: VerificationAnswer,
      });
      show(context, verification, verificationDetails);
    });
  addPagingOptions(verifications.command('differences'))
    .description('list the records that differed')
    .argument('<session>')
    .option('--state <states>', 'found, repaired, explained, held, failed, separated by commas')
    .action(async (session: string, options: PagingOptions & { state?: string }) =>
      listPages(
        context,
        `${path}/${encodeURIComponent(session)}/differences`,
        DifferencePage,
        { ...options },
        (page) => page.differences,
        (rows) => show(context, rows, differencesTable),
      ),
    );
  return verifications;
}
