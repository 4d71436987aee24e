import { Command } from 'commander';
import { API_PREFIX, modulePath, schemaChangePath } from '../../api/paths';
import {
  ModuleSchema,
  SchemaChangeAnswer,
  SchemaChangePage,
  type SchemaChange,
} from '../../api/schema-changes/schemas';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { show, type CliContext } from '../context';
import { connectionOption } from '../input/option-values';
import { moduleSchemaText, schemaChangeDetails, schemaChangeTable } from '../output/schema-changes-text';

interface ListOptions extends PagingOptions {
  module?: string;
  state?: string;
  connection?: string;
}

/** `pulse schema …`: changes of mirror tables, where Zoho has changed its fields. */
export function schemaCommand(context: CliContext): Command {
  const schema = new Command('schema').description('follow and decide about changes of mirror tables');
  schema
    .command('fields')
    .description('show the fields of a module and their columns')
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .addOption(connectionOption())
    .action(async (module: string, { connection }: { connection?: string }) => {
      const answer = await context.api.get(`${modulePath(module)}/schema`, {
        schema: ModuleSchema,
        query: { connection },
      });
      show(context, answer, moduleSchemaText);
    });
  addPagingOptions(schema.command('changes'))
    .description('list them, the latest first')
    .option('--module <name>', 'only of this module')
    .option('--state <states>', 'only in these, separated by commas')
    .option('--connection <name>', 'only of this Zoho org (default: all)')
    .action(async (options: ListOptions) => {
      const showRows = (rows: SchemaChange[]) => show(context, rows, schemaChangeTable);
      const path = `${API_PREFIX}/schema-changes`;
      await listPages(context, path, SchemaChangePage, { ...options }, (page) => page.schemaChanges, showRows);
    });
  schema
    .command('show')
    .description('show one: its statements, how long they take, and how to decide')
    .argument('<id>')
    .action(async (id: string) => {
      const { schemaChange } = await context.api.get(schemaChangePath(id), { schema: SchemaChangeAnswer });
      show(context, schemaChange, schemaChangeDetails);
    });
  const decide = async (decision: string, id: string, version: string, reason: string | undefined): Promise<void> => {
    const { schemaChange } = await context.api.post(`${schemaChangePath(id)}/${decision}`, {
      schema: SchemaChangeAnswer,
      body: { version: Number(version), reason },
    });
    show(context, schemaChange, schemaChangeDetails);
  };
  const seen = ['--shown <version>', 'the version that `show` printed: stands for what you have seen'] as const;
  schema
    .command('approve')
    .description('let the change be made')
    .argument('<id>')
    .requiredOption(...seen)
    .option('--reason <text>', 'why')
    .action((id: string, { shown, reason }: { shown: string; reason?: string }) =>
      decide('approve', id, shown, reason),
    );
  schema
    .command('reject')
    .description('keep the column as it is')
    .argument('<id>')
    .requiredOption(...seen)
    .requiredOption('--reason <text>', 'why')
    .action((id: string, { shown, reason }: { shown: string; reason: string }) => decide('reject', id, shown, reason));
  return schema;
}
