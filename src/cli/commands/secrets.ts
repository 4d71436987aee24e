import { Command } from 'commander';
import { API_PREFIX } from '../../api/paths';
import { KeyRotation } from '../../api/system/schemas';
import { show, type CliContext } from '../context';

/** `pulse secrets …`: secrets at rest, and the keys that encrypt them. */
export function secretsCommand(context: CliContext): Command {
  const secrets = new Command('secrets').description('manage stored secrets');
  secrets
    .command('rotate')
    .description('encrypt every stored secret with the first key of PULSE_ENCRYPTION_KEYS')
    .action(async () => {
      const rotation = await context.api.post(`${API_PREFIX}/encryption-keys/rotate`, { schema: KeyRotation });
      show(
        context,
        rotation,
        ({ primaryKey, connections }) =>
          `Every stored secret is encrypted with the key ${primaryKey} (${connections} connections changed). ` +
          'The other keys may leave PULSE_ENCRYPTION_KEYS.',
      );
    });
  return secrets;
}
