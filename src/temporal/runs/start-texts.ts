import type { NightlyInput } from '../contract/nightly';
import type {
  FullSyncInput,
  IncrementalSyncInput,
  OpenedInput,
  RemovalOptions,
  SyncInput,
  VerifyInput,
} from '../contract/sync-messages';

/** Lines that the Temporal UI shows of every sync. */
export function describeRequest({ sessionId, options }: SyncInput & OpenedInput, requestedBy: string): string[] {
  return [
    `- session: \`${sessionId}\``,
    `- requested by: ${requestedBy}`,
    `- fields: ${options.fields?.join(', ') ?? 'all'}`,
  ];
}

/** Lines about the rows that may leave the mirror unasked. */
export function describeRemoval({ allowMassDelete, massDeletePercent }: RemovalOptions): string[] {
  return [
    ...(massDeletePercent === undefined ? [] : [`- may delete up to ${massDeletePercent} % of the module unasked`]),
    ...(allowMassDelete ? ['- may delete any share of the module unasked'] : []),
  ];
}

/** Lines that the Temporal UI shows of a night. */
export function describeNight({ sessionId }: NightlyInput & OpenedInput, requestedBy: string): string[] {
  return [
    'Syncs every configured module, those that others point to first.',
    '',
    `- session: \`${sessionId}\``,
    `- requested by: ${requestedBy}`,
  ];
}

/** Lines that the Temporal UI shows of a verification. */
export function describeVerification(input: VerifyInput & OpenedInput, requestedBy: string): string[] {
  return [
    `Compares **${input.module}** in Zoho CRM with its mirror.`,
    '',
    ...describeRequest(input, requestedBy),
    `- repairs what differs: ${input.options.repair === false ? 'no' : 'yes'}`,
  ];
}

/** Lines that the Temporal UI shows of a full sync. */
export function describeFullSync(input: FullSyncInput & OpenedInput, requestedBy: string): string[] {
  return [
    `Reads all of **${input.module}** from Zoho CRM into the mirror.`,
    '',
    ...describeRequest(input, requestedBy),
    `- read path: ${input.options.path ?? 'chosen by the planner'}`,
  ];
}

/** Lines that the Temporal UI shows of an incremental sync. */
export function describeIncrementalSync(input: IncrementalSyncInput & OpenedInput, requestedBy: string): string[] {
  return [
    `Reads what changed in **${input.module}** since the last sync from Zoho CRM into the mirror.`,
    '',
    ...describeRequest(input, requestedBy),
    ...(input.options.since === undefined ? [] : [`- at least since: ${input.options.since}`]),
  ];
}
