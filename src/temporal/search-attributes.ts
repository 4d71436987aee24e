import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';

/** Search attributes for a person on call in the Temporal UI. Not encrypted: no record data, no personal data. */
export const SyncConnection = defineSearchAttributeKey('SyncConnection', 'KEYWORD');
export const SyncModule = defineSearchAttributeKey('SyncModule', 'KEYWORD');
export const SyncKind = defineSearchAttributeKey('SyncKind', 'KEYWORD');
export const SyncStatus = defineSearchAttributeKey('SyncStatus', 'KEYWORD');

/** Search attributes of a run at its start. @param kind of the session or operation */
export function runAttributes(connection: string, module: string, kind: string): SearchAttributePair[] {
  return [
    { key: SyncConnection, value: connection },
    { key: SyncModule, value: module },
    { key: SyncKind, value: kind },
    { key: SyncStatus, value: 'initiated' },
  ];
}

export const SEARCH_ATTRIBUTES = [SyncConnection, SyncModule, SyncKind, SyncStatus] as const;
