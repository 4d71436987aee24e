import type { NightlyInput } from '../contract/nightly';
import type { OpenedInput, RemovalOptions, SyncInput } from '../contract/sync-messages';

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
