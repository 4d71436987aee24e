import { Command } from 'commander';
import type { z } from 'zod';
import { Coverage, FieldList, FieldModificationAnswer, FieldModificationPage } from '../../api/modules/schemas';
import { modulePath } from '../../api/paths';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { show, type CliContext } from '../context';
import { connectionOption } from '../input/option-values';
import { readJsonText } from '../input/read-json';
import { coverageText, fieldsTable, modificationsTable, modifiedFieldText } from '../output/fields-text';

interface Connected {
  connection?: string;
}

/** `pulse fields …`: the fields of a module, and its custom fields. */
export function fieldsCommand(context: CliContext): Command {
  const fields = new Command('fields').description('look at the fields of a module, create and change custom fields');
  const on = (name: string, description: string): Command =>
    fields
      .command(name)
      .description(description)
      .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
      .addOption(connectionOption());
  on('list', 'list the fields with types, limits and options')
    .option('--no-custom', 'leave out what an administrator created')
    .action(async (module: string, { connection, custom }: Connected & { custom: boolean }) => {
      const query = { connection, includeCustom: custom };
      const answer = await context.api.get(`${modulePath(module)}/fields`, { schema: FieldList, query });
      show(context, answer.fields, fieldsTable);
    });
  on('coverage', 'show which of the fields that the product works with are there').action(
    async (module: string, { connection }: Connected) => {
      const query = { connection };
      const path = `${modulePath(module)}/fields/coverage`;
      show(context, await context.api.get(path, { schema: Coverage, query }), coverageText);
    },
  );
  on('create', 'create a custom field')
    .argument('<file>', 'JSON of its definition; - reads standard input')
    .action(async (module: string, file: string, { connection }: Connected) => {
      const request = { schema: FieldModificationAnswer, query: { connection }, bodyText: await readJsonText(file) };
      show(context, await context.api.post(`${modulePath(module)}/fields`, request), modifiedFieldText);
    });
  on('update', 'change a custom field as far as no data is lost')
    .argument('<id>', 'id of the field')
    .argument('<file>', 'JSON of what changes; - reads standard input')
    .action(async (module: string, id: string, file: string, { connection }: Connected) => {
      const request = { schema: FieldModificationAnswer, query: { connection }, bodyText: await readJsonText(file) };
      const path = `${modulePath(module)}/fields/${encodeURIComponent(id)}`;
      show(context, await context.api.call('PATCH', path, request), modifiedFieldText);
    });
  addPagingOptions(on('history', 'list what was created and changed, newest first'))
    .option('--field <id>', 'only of this field')
    .action(async (module: string, { field: fieldId, ...options }: Connected & PagingOptions & { field?: string }) => {
      const path = `${modulePath(module)}/field-modifications`;
      const query = { ...options, fieldId };
      const showRows = (rows: z.infer<typeof FieldModificationPage>['modifications']) =>
        show(context, rows, modificationsTable);
      await listPages(context, path, FieldModificationPage, query, (page) => page.modifications, showRows);
    });
  return fields;
}
