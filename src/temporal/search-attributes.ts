import { defineSearchAttributeKey } from '@temporalio/common';

/** Search attributes for a person on call in the Temporal UI. Not encrypted: no record data, no personal data. */
export const SyncConnection = defineSearchAttributeKey('SyncConnection', 'KEYWORD');
export const SyncModule = defineSearchAttributeKey('SyncModule', 'KEYWORD');
export const SyncKind = defineSearchAttributeKey('SyncKind', 'KEYWORD');
export const SyncStatus = defineSearchAttributeKey('SyncStatus', 'KEYWORD');

export const SEARCH_ATTRIBUTES = [SyncConnection, SyncModule, SyncKind, SyncStatus] as const;
