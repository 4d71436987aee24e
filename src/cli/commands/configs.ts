import { Command } from 'commander';
import { ConfigurationAnswer, ConfigurationPage, etagOf, type Configuration } from '../../api/configurations/schemas';
import { API_PREFIX, configurationPath } from '../../api/paths';
import { applyFiled, asFiled, compareFiled, validateFiled } from '../client/configurations';
import { CliError, EXIT_CODES } from '../client/errors';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { show, type CliContext } from '../context';
import { readObjects } from '../input/read-json';
import { appliedText, changesText, configurationTable, configurationYaml, verdictText } from '../output/configs-text';

const FILE = 'YAML or JSON of one configuration or several; - reads standard input';

/** `pulse configs …`: how modules are synced, and when, as code. */
export function configsCommand(context: CliContext): Command {
  const configs = new Command('configs').description('say how modules are synced, and when');
  readingCommands(context, configs);
  configs
    .command('apply')
    .description('create or replace the configurations of a file; what it leaves out gets its default')
    .argument('<file>', FILE)
    .action(async (file: string) => {
      const applied = [];
      for (const object of await readObjects(file)) applied.push(await applyFiled(context.api, asFiled(object)));
      show(context, applied, appliedText);
    });
  configs
    .command('delete')
    .description('delete a configuration: the mirror stays, and nothing syncs it by the clock')
    .argument('<name>')
    .action(async (name: string) => {
      const { configuration } = await read(context, name);
      await context.api.call('DELETE', configurationPath(name), {
        schema: ConfigurationAnswer,
        headers: { 'if-match': etagOf(configuration.version) },
      });
      show(context, configuration, configurationYaml);
      context.note(`Deleted. What was printed brings it back: pulse configs apply <file>`);
    });
  return configs;
}

/** Commands that change nothing. */
function readingCommands(context: CliContext, configs: Command): void {
  addPagingOptions(configs.command('list'))
    .description('list them by name')
    .option('--connection <name>', 'only of this Zoho org (default: PULSE_CONNECTION, then all)')
    .action(async (options: PagingOptions & { connection?: string }) => {
      const showRows = (rows: Configuration[]) => show(context, rows, configurationTable);
      const path = `${API_PREFIX}/configurations`;
      await listPages(context, path, ConfigurationPage, { ...options }, (page) => page.configurations, showRows);
    });
  configs
    .command('show')
    .description('show a configuration as YAML that apply takes')
    .argument('<name>')
    .action(async (name: string) => show(context, (await read(context, name)).configuration, configurationYaml));
  configs
    .command('validate')
    .description(
      'say what is wrong with a file, when its syncs would run, and what they cost; exit code 2 if not valid',
    )
    .argument('<file>', FILE)
    .action(async (file: string) => {
      const verdicts = [];
      for (const object of await readObjects(file)) {
        const filed = asFiled(object);
        verdicts.push({ configName: filed.configName, ...(await validateFiled(context.api, filed)) });
      }
      show(context, verdicts, verdictText);
      if (verdicts.some(({ valid }) => !valid)) throw new CliError(EXIT_CODES.usage, 'The file is not valid.');
    });
  configs
    .command('diff')
    .description('show what apply would change; exit code 1 if anything')
    .argument('<file>', FILE)
    .action(async (file: string) => {
      const differences = [];
      for (const object of await readObjects(file)) {
        const { name, current, changes } = await compareFiled(context.api, asFiled(object));
        if (changes.length > 0) differences.push({ configName: name, isNew: current === undefined, changes });
      }
      show(context, differences, changesText);
      if (differences.length > 0) throw new CliError(EXIT_CODES.failed, 'The file differs from what is stored.');
    });
}

async function read({ api }: CliContext, name: string) {
  return api.get(configurationPath(name), { schema: ConfigurationAnswer });
}
