import { Command, Option } from 'commander';
import type { z } from 'zod';
import { modulePath } from '../../api/paths';
import {
  CHECKED_ACTIONS,
  CountAnswer,
  DeletedPage,
  ValidateAnswer,
  WRITE_ACTIONS,
  WriteAnswer,
} from '../../api/records/schemas';
import { counted } from '../../domain/counted';
import { CliError, EXIT_CODES } from '../client/errors';
import { addPagingOptions, listPages, type PagingOptions } from '../client/list-pages';
import { show, type CliContext } from '../context';
import { connectionOption, names, wholeNumber } from '../input/option-values';
import { readJsonText } from '../input/read-json';
import { formatCount } from '../output/format-number';
import {
  firstFields,
  type PageOfRecords,
  readPage,
  recordDetails,
  recordsTable,
  validateText,
  writeText,
} from '../output/records-text';
import { formatPairs, formatTable } from '../output/table';

interface Connected {
  connection?: string;
}

interface ListOptions extends Connected {
  fields?: string[];
  perPage?: number;
  pageToken?: string;
  sortBy?: string;
  sortOrder?: string;
  modifiedSince?: string;
  all?: true;
}

interface WriteOptions extends Connected {
  operation: string;
  duplicateCheckFields?: string[];
  ifUnmodifiedSince?: string;
}

/** `pulse records …`: reads, finds, checks and writes records in Zoho itself. */
export function recordsCommand(context: CliContext): Command {
  const records = new Command('records').description('read, find, check and write records in Zoho CRM');
  const on = (name: string, description: string): Command =>
    records
      .command(name)
      .description(description)
      .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
      .addOption(connectionOption());
  on('get', 'show one record')
    .argument('<id>')
    .option('--fields <names>', 'API names of fields, separated by commas (default: all)', names)
    .action(async (module: string, id: string, { connection, fields }: Connected & { fields?: string[] }) => {
      const path = `${recordsPath(module)}/${encodeURIComponent(id)}`;
      const text = await context.api.text('GET', path, { query: { connection, fields: fields?.join(',') } });
      showPage(context, text, () => formatPairs(recordDetails(readPage(text))));
    });
  on('list', 'list records, a page or all of them')
    .option('--fields <names>', 'API names of fields, separated by commas (default: a few for a first look)', names)
    .option('--per-page <number>', 'rows of a page, at most 200', wholeNumber)
    .option('--page-token <token>', 'where to continue')
    .addOption(new Option('--sort-by <field>', 'order').choices(['id', 'Created_Time', 'Modified_Time']))
    .addOption(new Option('--sort-order <order>', 'direction').choices(['asc', 'desc']))
    .option('--modified-since <time>', 'only what changed after this time (ISO 8601 with offset)')
    .option('--all', 'continue to the last page; with --json one page a line')
    .action((module: string, options: ListOptions) => listRecordPages(context, module, options));
  addFinders(context, on);
  addPagingOptions(on('deleted', 'list deleted records'))
    .addOption(new Option('--type <type>', 'where they are now').choices(['all', 'recycle', 'permanent']))
    .option('--modified-since <time>', 'only what was deleted after this time (ISO 8601 with offset)')
    .action(async (module: string, options: PagingOptions) => {
      const path = `${recordsPath(module)}/deleted`;
      const showRows = (deleted: z.infer<typeof DeletedPage>['records']) => {
        const rows = deleted.map(({ id, type, deletedTime }) => [id, type, deletedTime]);
        show(context, deleted, () => formatTable(['id', 'type', 'deleted'], rows, [0, 1, 2]));
      };
      await listPages(context, path, DeletedPage, { ...options }, (page) => page.records, showRows);
    });
  addWriters(context, on);
  return records;
}

type CommandOn = (name: string, description: string) => Command;

function addFinders(context: CliContext, on: CommandOn): void {
  on('search', "search Zoho's index, which lags behind")
    .option('--criteria <file>', 'JSON of the criteria; - reads standard input')
    .option('--email <text>', 'in any e-mail field')
    .option('--phone <text>', 'in any phone field')
    .option('--word <text>', 'anywhere')
    .option(
      '--fields <names>',
      'API names of fields, separated by commas (default: the first ones; all as JSON)',
      names,
    )
    .option('--page <number>', 'which page', wholeNumber)
    .option('--per-page <number>', 'rows of a page, at most 200', wholeNumber)
    .action(async (module: string, options: Connected & { criteria?: string; fields?: string[] }) => {
      const { connection, criteria: file, ...rest } = options;
      const criteria = file === undefined ? undefined : (JSON.parse(await readJsonText(file)) as unknown);
      const body = { ...rest, ...(criteria !== undefined && { criteria }) };
      const text = await context.api.text('POST', `${recordsPath(module)}/search`, { query: { connection }, body });
      showPage(context, text, () => searchedTable(context, readPage(text), options.fields));
    });
  on('query', 'query with COQL')
    .argument('<file>', 'JSON of the query: select, where, groupBy, orderBy, limit, offset; - reads standard input')
    .action(async (module: string, file: string, { connection }: Connected) => {
      const request = { query: { connection }, bodyText: await readJsonText(file) };
      const text = await context.api.text('POST', `${recordsPath(module)}/query`, request);
      showPage(context, text, () => recordsTable(readPage(text)));
    });
  on('count', 'count records')
    .option('--criteria <file>', 'JSON of criteria that they must meet; - reads standard input')
    .action(async (module: string, { connection, criteria }: Connected & { criteria?: string }) => {
      const bodyText = criteria === undefined ? '{}' : `{"criteria":${await readJsonText(criteria)}}`;
      const request = { schema: CountAnswer, query: { connection }, bodyText };
      const answer = await context.api.post(`${recordsPath(module)}/count`, request);
      show(context, answer, ({ count: rows }) => formatCount(rows));
    });
}

function addWriters(context: CliContext, on: CommandOn): void {
  on('write', 'write up to 100 records; the exit code is 0 only if all were taken')
    .argument('<file>', 'JSON list of records by API names; - reads standard input')
    .addOption(new Option('--operation <name>', 'what is done').choices(WRITE_ACTIONS).makeOptionMandatory())
    .option('--duplicate-check-fields <names>', 'unique fields by which an upsert finds records', names)
    .option('--if-unmodified-since <time>', 'refuse the one record if it was changed after this time')
    .option('--allow-new-choices', 'send choices that a picklist does not have')
    .action(async (module: string, file: string, { connection, ...options }: WriteOptions) => {
      const request = { schema: WriteAnswer, query: { connection }, bodyText: await recordsBody(file, options) };
      const answer = await context.api.post(`${recordsPath(module)}/write`, request);
      show(context, answer, writeText);
      if (answer.failed > 0)
        throw new CliError(EXIT_CODES.failed, `${counted(answer.failed, 'record was', 'records were')} refused.`);
    });
  on('validate', "check records against the fields' metadata without writing them")
    .argument('<file>', 'JSON list of records by API names; - reads standard input')
    .addOption(new Option('--operation <name>', 'what would be done').choices(CHECKED_ACTIONS).default('insert'))
    .action(async (module: string, file: string, { connection, ...options }: Connected) => {
      const request = { schema: ValidateAnswer, query: { connection }, bodyText: await recordsBody(file, options) };
      const answer = await context.api.post(`${recordsPath(module)}/validate`, request);
      show(context, answer, validateText);
      if (answer.invalid > 0)
        throw new CliError(EXIT_CODES.failed, `${counted(answer.invalid, 'record is', 'records are')} not valid.`);
    });
}

/** With `--all` pages are shown as they come, so any number of records passes through. */
async function listRecordPages(
  context: CliContext,
  module: string,
  { all, fields, ...options }: ListOptions,
): Promise<void> {
  let pageToken = options.pageToken;
  for (;;) {
    const query = { ...options, fields: fields?.join(','), pageToken };
    const text = await context.api.text('GET', recordsPath(module), { query });
    const page = readPage(text);
    showPage(context, text, () => recordsTable(page, fields));
    pageToken = page.info?.next_page_token ?? undefined;
    if (page.info?.more_records !== true || pageToken === undefined) return;
    if (!all) {
      context.note(`more: --page-token ${pageToken}`);
      return;
    }
  }
}

/** Records with the fields that were named, or with the first ones: a search answers all. */
function searchedTable(context: CliContext, page: PageOfRecords, named: readonly string[] | undefined): string {
  if (named !== undefined) return recordsTable(page, named);
  const { fields, more } = firstFields(page);
  if (more > 0) context.note(`${counted(more, 'more field')}: --fields names those to show, --json shows all`);
  return recordsTable(page, fields);
}

/** As JSON, the answer is passed on as it came: parsing would round numbers that a double cannot hold. */
function showPage({ json, out }: CliContext, text: string, table: () => string): void {
  out(`${json ? text : table()}\n`);
}

/** The records go into the body as they stand in the file, for the same reason. */
async function recordsBody(file: string, options: object): Promise<string> {
  const records = await readJsonText(file);
  return `${JSON.stringify(options).slice(0, -1)},"records":${records}}`;
}

function recordsPath(module: string): string {
  return `${modulePath(module)}/records`;
}
