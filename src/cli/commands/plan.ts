import { Command, Option } from 'commander';
import { API_PREFIX } from '../../api/paths';
import { Plan } from '../../api/plans/schemas';
import { READ_GOALS } from '../../domain/planning/read-methods';
import { WRITE_OPERATIONS } from '../../domain/planning/write-methods';
import { show, type CliContext } from '../context';
import { connectionOption, number, wholeNumber } from '../input/option-values';
import { planText } from '../output/plan-text';

/** `pulse plan …`: what reading or writing would take. */
export function planCommand(context: CliContext): Command {
  const plan = new Command('plan').description('find the cheapest adequate method to read or write, without doing it');
  const ask = async (body: object): Promise<void> => {
    const answer = await context.api.post(`${API_PREFIX}/plans`, { schema: Plan, body });
    show(context, answer, planText);
  };
  const read = plan
    .command('read')
    .description('plan reading a module, what changed in it, certain records of it, or its deletes')
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .addOption(new Option('--goal <goal>', 'what is wanted').choices(READ_GOALS).default('all'))
    .option('--rows <number>', 'rows of the module (default: as the newest full sync counted)', wholeNumber)
    .option('--wanted-rows <number>', 'rows that changed, or records that are wanted', wholeNumber)
    .option('--deleted-rows <number>', 'rows that were deleted since', wholeNumber)
    .option('--fields <number>', 'fields that are read (default: those that the mirror knows)', wholeNumber)
    .option('--fields-not-in-bulk <number>', 'of these, fields that bulk read cannot export', wholeNumber)
    .option('--fields-not-in-coql <number>', 'of these, fields that COQL does not return whole', wholeNumber)
    .action((module: string, options: object) => ask({ kind: 'read', module, ...options }));
  const write = plan
    .command('write')
    .description('plan writing records of a module')
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .addOption(new Option('--operation <name>', 'what is done').choices(WRITE_OPERATIONS).makeOptionMandatory())
    .requiredOption('--rows <number>', 'records to write', wholeNumber)
    .option('--fields <number>', 'fields that are written', wholeNumber)
    .option('--fields-not-in-bulk <number>', 'of these, fields that bulk write cannot take', wholeNumber)
    .option('--fields-not-in-mass-update <number>', 'of these, fields without the mass-update flag', wholeNumber)
    .option('--same-values', 'every record gets the same values')
    .option('--has-view', 'a custom view holds exactly these records')
    .option('--unless-modified', 'do not overwrite a record that has changed in the meantime')
    .addOption(
      new Option('--automations <wish>', 'whether workflows and approvals run').choices(['run', 'skip', 'any']),
    )
    .option('--no-outcomes', 'counts are enough, the outcome of each record need not be known')
    .option('--bytes-per-row <number>', 'bytes of a record as CSV', wholeNumber)
    .action((module: string, options: object) => ask({ kind: 'write', module, ...options }));
  for (const command of [read, write]) addAllowance(command);
  return plan;
}

function addAllowance(command: Command): void {
  command
    .addOption(connectionOption())
    .option('--credits-left <number>', 'API credits left of the rolling day', number)
    .option('--daily-credits <number>', 'API credits of a day; what the ledger knows as spent is taken off', number)
    .option('--buffer-percent <share>', 'share of the credits to leave alone (default: 10)', number)
    .option('--within-seconds <number>', 'seconds it may take: how fresh the result must be', number)
    .option('--credits-per-second <number>', 'what a second of waiting is worth, in credits', number)
    .option('--latency-ms <number>', 'milliseconds of one call (default: as measured)', number);
}
