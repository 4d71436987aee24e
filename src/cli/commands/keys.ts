import { Command } from 'commander';
import { API_PREFIX } from '../../api/paths';
import { KeyRotation } from '../../api/system/schemas';
import { show, type CliContext } from '../context';

/** `pulse keys …`: the keys that seal secrets at rest. */
export function keysCommand(context: CliContext): Command {
  const keys = new Command('keys').description('look after the keys that encrypt stored secrets');
  keys
    .command('rotate')
    .description('encrypt every stored secret with the first key of PULSE_ENCRYPTION_KEYS')
    .action(async () => {
      const rotation = await context.api.post(`${API_PREFIX}/keys/rotate`, { schema: KeyRotation });
      show(
        context,
        rotation,
        ({ primaryKey, connections }) =>
          `Every stored secret is encrypted with the key ${primaryKey} (${connections} connections changed). ` +
          'The other keys may leave PULSE_ENCRYPTION_KEYS.',
      );
    });
  return keys;
}
