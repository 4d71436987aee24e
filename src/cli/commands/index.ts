import type { Command } from 'commander';
import type { CliContext } from '../context';
import { approvalsCommand } from './approvals';
import { bulkWriteCommand } from './bulk-write';
import { configsCommand } from './configs';
import { connectCommand, disconnectCommand } from './connect';
import { connectionsCommand } from './connections';
import { fieldsCommand } from './fields';
import { healthCommand } from './health';
import { historyCommand } from './history';
import { keysCommand } from './keys';
import { massUpdateCommand } from './mass-update';
import { mirrorCommand } from './mirror';
import { modulesCommand } from './modules';
import { planCommand } from './plan';
import { quarantineCommand } from './quarantine';
import { recordsCommand } from './records';
import { schedulesCommand } from './schedules';
import { schemaCommand } from './schema';
import { secretsCommand } from './secrets';
import { sessionsCommand } from './sessions';
import { syncCommand } from './sync';
import { verificationsCommand, verifyCommand } from './verify';
import { webhooksCommand } from './webhooks';

/** Every command of `pulse`. */
export const COMMANDS: readonly ((context: CliContext) => Command)[] = [
  syncCommand,
  verifyCommand,
  verificationsCommand,
  sessionsCommand,
  bulkWriteCommand,
  massUpdateCommand,
  connectCommand,
  disconnectCommand,
  connectionsCommand,
  secretsCommand,
  keysCommand,
  configsCommand,
  schedulesCommand,
  planCommand,
  modulesCommand,
  fieldsCommand,
  recordsCommand,
  mirrorCommand,
  historyCommand,
  approvalsCommand,
  schemaCommand,
  quarantineCommand,
  webhooksCommand,
  healthCommand,
];
