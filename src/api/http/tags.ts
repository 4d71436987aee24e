/** Groups of operations in the OpenAPI document, in its order, each with its description. */
export const TAGS = {
  Syncs: 'Start a sync of a module, or of chosen records, from Zoho CRM into its mirror.',
  Plans: 'Compare the ways to read or write records before spending credits.',
  Verifications: 'See what comparisons of modules with their mirrors have found.',
  Sessions: 'Follow a sync, read its log and its records, and steer it.',
  Modules: 'Modules of the organization as Zoho describes them.',
  Fields: 'Metadata, coverage and custom fields of a module.',
  Records: 'Read and write records at Zoho, one request at a time.',
  Configurations: 'Say how a module is synced, and when.',
  Mirror: 'The copy of the records in PostgreSQL.',
  Schedules: 'Look at what the clock starts, pause it, run it now.',
  Approvals: 'Decide about removals that are too much of a module to be made unasked.',
  'Schema changes': "Follow how mirror tables follow Zoho's fields, and decide where that could lose something.",
  Quarantine: 'Look at records that do not fit the mirror, and ignore those that may stay so.',
  Webhooks: 'See the channels through which Zoho tells of changes, and renew them.',
  Connections: 'Connect Zoho organizations, and see what a connection may do.',
  Access: 'Create, list and revoke the keys of this API.',
  'Bulk operations': 'Write many records with one request, and follow what becomes of each.',
  Operations: 'Health, metrics and the description of this API.',
} as const;

export type Tag = keyof typeof TAGS;
