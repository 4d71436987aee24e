import { Command, Option } from 'commander';
import { ModuleAnswer, ModuleList } from '../../api/modules/schemas';
import { API_PREFIX, modulePath } from '../../api/paths';
import { show, type CliContext } from '../context';
import { connectionOption } from '../input/option-values';
import { moduleDetails, modulesTable } from '../output/fields-text';

/** `pulse modules …`: what the organization has and what the connected user may do. */
export function modulesCommand(context: CliContext): Command {
  const modules = new Command('modules').description('look at the modules of a Zoho org');
  modules
    .command('list')
    .description('list the modules that the connected user sees')
    .addOption(connectionOption())
    .action(async (query: { connection?: string }) => {
      const answer = await context.api.get(`${API_PREFIX}/modules`, { schema: ModuleList, query });
      show(context, answer.modules, modulesTable);
    });
  modules
    .command('show')
    .description('show what a module can do')
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .addOption(connectionOption())
    .addOption(
      new Option('--access <kind>', 'fail unless the connected user may do this with its records').choices([
        'read',
        'create',
        'update',
        'delete',
      ]),
    )
    .action(async (module: string, query: { connection?: string; access?: string }) => {
      const answer = await context.api.get(modulePath(module), { schema: ModuleAnswer, query: { ...query } });
      show(context, answer, () => moduleDetails(answer.module, answer.bulkSupported));
    });
  return modules;
}
