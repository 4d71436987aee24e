import { Command, InvalidArgumentError, Option } from 'commander';
import { MassUpdatePreview, MAX_UPDATED_TEXT } from '../../api/bulk-operations/schemas';
import { API_PREFIX } from '../../api/paths';
import { show, type CliContext } from '../context';
import { connectionOption, names } from '../input/option-values';
import { previewText } from '../output/operation-text';
import { addOperationCommands, startAndShow } from './operation-commands';

interface StartOptions {
  ids?: string[];
  customView?: string;
  values: string;
  overWrite?: true;
  allowNewChoices?: true;
  connection?: string;
  preview?: true;
  idempotencyKey?: string;
  wait?: true;
}

/** `pulse mass-update …`: gives many records the same values. */
export function massUpdateCommand(context: CliContext): Command {
  const massUpdate = new Command('mass-update').description(
    `give up to ${MAX_UPDATED_TEXT} records of a module the same values`,
  );
  massUpdate
    .command('start')
    .description('update records by their ids, or all records of a custom view')
    .argument('<module>', 'API name in Zoho CRM, e.g. Deals')
    .requiredOption('--values <json>', 'what every record gets, e.g. \'{"Stage":"Closed Won"}\'', jsonObject)
    .option('--ids <ids>', 'of the records, separated by commas', names)
    .addOption(new Option('--custom-view <id>', 'id of a view: all of its records').conflicts('ids'))
    .option('--over-write', 'replace the choices of a multi-select instead of adding')
    .option('--allow-new-choices', 'send choices that a picklist does not have')
    .addOption(connectionOption())
    .option('--preview', 'show what it would do, and do nothing')
    .option('--idempotency-key <key>', 'sent again with the same options, the same key answers the same operation')
    .option('--wait', 'follow it to its end; the exit code is 0 only if it completes')
    .action(async (module: string, { preview, idempotencyKey, wait, values, ...rest }: StartOptions) => {
      const path = `${API_PREFIX}/modules/${encodeURIComponent(module)}/mass-updates`;
      // The values go as they were written, so that numbers keep their digits.
      const bodyText = `{"values":${values},${JSON.stringify(rest).slice(1)}`.replace(/,\}$/, '}');
      if (!preview) return startAndShow(context, 'mass_update', path, { bodyText, idempotencyKey, wait });
      show(context, await context.api.post(`${path}/preview`, { schema: MassUpdatePreview, bodyText }), previewText);
    });
  addOperationCommands(massUpdate, context, 'mass_update', 'mass update');
  return massUpdate;
}

function jsonObject(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return text;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('It must be a JSON object.');
}
