import type { Command } from 'commander';
import type { CliContext } from '../context';
import { healthCommand } from './health';
import { planCommand } from './plan';
import { sessionsCommand } from './sessions';
import { syncCommand } from './sync';

/** Every command of `pulse`. */
export const COMMANDS: readonly ((context: CliContext) => Command)[] = [
  syncCommand,
  sessionsCommand,
  planCommand,
  healthCommand,
];
