import { Command, InvalidArgumentError, Option } from 'commander';
import { ApiKeyAnswer, ApiKeyList, CreatedApiKey } from '../../api/access/schemas';
import { API_PREFIX } from '../../api/paths';
import { show, type CliContext } from '../context';
import { wholeNumber } from '../input/option-values';
import { createdKeyText, keyDetails, keyTable } from '../output/keys-text';

const ROLES = ['viewer', 'operator', 'admin'];

/** `pulse keys …`: the keys of the control API. */
export function keysCommand(context: CliContext): Command {
  const path = `${API_PREFIX}/api-keys`;
  const keys = new Command('keys').description('manage the keys of the control API');
  keys
    .command('create')
    .description('create a key; its secret is printed this once')
    .argument('<name>', 'who or what will use it', named)
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('viewer'))
    .option('--days <number>', 'until it expires (default: 90)', wholeNumber)
    .action(async (name: string, { role, days }: { role: string; days?: number }) => {
      const body = { name, role, ...(days !== undefined && { expiresInDays: days }) };
      show(context, await context.api.post(path, { schema: CreatedApiKey, body }), createdKeyText);
    });
  keys
    .command('list')
    .description('list the keys, newest first')
    .action(async () => {
      const list = await context.api.get(path, { schema: ApiKeyList });
      show(context, list.keys, keyTable);
    });
  keys
    .command('revoke')
    .description('revoke a key: it opens nothing from then on')
    .argument('<key>', 'its prefix or id')
    .action(async (key: string) => {
      const answer = await context.api.post(`${path}/${encodeURIComponent(key)}/revoke`, { schema: ApiKeyAnswer });
      show(context, answer.key, keyDetails);
    });
  return keys;
}

/** @throws InvalidArgumentError */
function named(name: string): string {
  if (name.trim() === '') throw new InvalidArgumentError('It needs a name.');
  return name;
}
