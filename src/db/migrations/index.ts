import type { Knex } from 'knex';
import * as connections from './0.2.0/20261123100000_connections';
import * as sessions from './0.2.0/20261123100100_sessions';
import * as configurationAndHealth from './0.2.0/20261123100200_configuration_and_health';
import * as mirrorBookkeeping from './0.2.0/20261123100300_mirror_bookkeeping';
import * as accessAndSpending from './0.2.0/20261123100400_access_and_spending';
import * as cellConversions from './0.2.0/20261123100500_cell_conversions';
import * as callMetrics from './0.2.0/20261123110000_call_metrics';
import * as authorization from './0.2.0/20261123110300_authorization';
import * as creditAccounts from './0.2.0/20261123111000_credit_accounts';
import * as callTurns from './0.2.0/20261123111100_call_turns';
import * as bulkOperations from './0.2.0/20261123120000_bulk_operations';
import * as fieldModifications from './0.2.0/20261123120300_field_modifications';
import * as seenIdsUncompressed from './0.2.0/20261126120000_seen_ids_uncompressed';
import * as fieldNamesInJson from './unreleased/2026-11-27/20261127103000_field_names_in_json';
import * as appliedFunctions from './unreleased/2026-11-27/20261127104500_applied_functions';
import * as brokerWords from './unreleased/2026-11-27/20261127110000_broker_words';
import * as functionRevisions from './unreleased/2026-11-27/20261127140000_function_revisions';
import * as quarantineByRecord from './unreleased/2026-11-27/20261127141000_quarantine_by_record';
import * as mirrors from './unreleased/2026-11-27/20261127143000_mirrors';
import * as unreadFields from './unreleased/2026-11-27/20261127150000_unread_fields';
import * as doubtfulRecords from './unreleased/2026-11-27/20261127150500_doubtful_records';
import * as runWaits from './unreleased/2026-11-27/20261127151500_run_waits';
import * as usersChangedAt from './unreleased/2026-11-27/20261127152000_users_changed_at';
import * as tokenRefreshLease from './unreleased/2026-11-27/20261127171500_token_refresh_lease';
import * as auditEntriesStay from './unreleased/2026-11-27/20261127174500_audit_entries_stay';
import * as tokenRejections from './unreleased/2026-11-27/20261127191500_token_rejections';
import * as tombstonesByTime from './unreleased/2026-11-27/20261127195000_tombstones_by_time';
import * as grantChecks from './unreleased/2026-11-27/20261127195500_grant_checks';
import * as retention from './unreleased/2026-11-27/20261127201000_retention';
import * as seenIdsOfEndedSessions from './unreleased/2026-11-27/20261127213000_seen_ids_of_ended_sessions';
import * as organizationReadTimes from './unreleased/2026-11-28/20261128030000_organization_read_times';
import * as pendingStarts from './unreleased/2026-11-28/20261128033000_pending_starts';
import * as schedulesOfModules from './unreleased/2026-11-28/20261128064000_schedules_of_modules';
import * as sessionTracks from './unreleased/2026-11-28/20261128070000_session_tracks';
import * as requestedRecords from './unreleased/2026-11-28/20261128071300_requested_records';
import * as mirrorLayout from './unreleased/2026-11-28/20261128071500_mirror_layout';
import * as schedulesInTemporal from './unreleased/2026-11-28/20261128071500_schedules_in_temporal';
import * as recordHistory from './unreleased/2026-11-28/20261128072800_record_history';
import * as notificationChannels from './unreleased/2026-11-28/20261128073600_notification_channels';
import * as notificationInbox from './unreleased/2026-11-28/20261128073700_notification_inbox';
import * as retentionOfFences from './unreleased/2026-11-28/20261128075900_retention_of_fences';
import * as comparisons from './unreleased/2026-11-28/20261128100500_comparisons';
import * as housekeepingTasks from './unreleased/2026-11-28/20261128100500_housekeeping_tasks';
import * as countsOfModules from './unreleased/2026-11-28/20261128100600_counts_of_modules';
import * as indexedFields from './unreleased/2026-11-28/20261128101500_indexed_fields';
import * as scanSlots from './unreleased/2026-11-28/20261128101500_scan_slots';
import * as approvals from './unreleased/2026-11-28/20261128102000_approvals';
import * as metadataOfModules from './unreleased/2026-11-28/20261128105000_metadata_of_modules';
import * as formerRuns from './unreleased/2026-11-28/20261128110500_former_runs';
import * as lookBackOff from './unreleased/2026-11-28/20261128110500_look_back_off';
import * as creditsByDay from './unreleased/2026-11-28/20261128111400_credits_by_day';
import * as connectionsToRemove from './unreleased/2026-11-28/20261128112000_connections_to_remove';
import * as namesOfRecords from './unreleased/2026-11-28/20261128132800_names_of_records';
import * as schemaChanges from './unreleased/2026-11-28b/20261128132500_schema_changes';
import * as resumedSchedules from './unreleased/2026-11-28b/20261128134000_resumed_schedules';
import * as missedNotifications from './unreleased/2026-11-28b/20261128135500_missed_notifications';
import * as wantedValues from './unreleased/2026-11-28b/20261128135500_wanted_values';
import * as fillingOfColumns from './unreleased/2026-11-28b/20261128141800_filling_of_columns';
import * as volatileFields from './unreleased/2026-11-28b/20261128144000_volatile_fields';

export interface NamedMigration extends Knex.Migration {
  name: string;
}

/** Every migration in the order it is applied; a list, so that it is the same under tsx and from `dist`. */
export const MIGRATIONS: readonly NamedMigration[] = [
  { name: '20261123100000_connections', ...connections },
  { name: '20261123100100_sessions', ...sessions },
  { name: '20261123100200_configuration_and_health', ...configurationAndHealth },
  { name: '20261123100300_mirror_bookkeeping', ...mirrorBookkeeping },
  { name: '20261123100400_access_and_spending', ...accessAndSpending },
  { name: '20261123100500_cell_conversions', ...cellConversions },
  { name: '20261123110000_call_metrics', ...callMetrics },
  { name: '20261123110300_authorization', ...authorization },
  { name: '20261123111000_credit_accounts', ...creditAccounts },
  { name: '20261123111100_call_turns', ...callTurns },
  { name: '20261123120000_bulk_operations', ...bulkOperations },
  { name: '20261123120300_field_modifications', ...fieldModifications },
  { name: '20261126120000_seen_ids_uncompressed', ...seenIdsUncompressed },
  { name: '20261127103000_field_names_in_json', ...fieldNamesInJson },
  { name: '20261127104500_applied_functions', ...appliedFunctions },
  { name: '20261127110000_broker_words', ...brokerWords },
  { name: '20261127140000_function_revisions', ...functionRevisions },
  { name: '20261127141000_quarantine_by_record', ...quarantineByRecord },
  { name: '20261127143000_mirrors', ...mirrors },
  { name: '20261127150000_unread_fields', ...unreadFields },
  { name: '20261127150500_doubtful_records', ...doubtfulRecords },
  { name: '20261127151500_run_waits', ...runWaits },
  { name: '20261127152000_users_changed_at', ...usersChangedAt },
  { name: '20261127171500_token_refresh_lease', ...tokenRefreshLease },
  { name: '20261127174500_audit_entries_stay', ...auditEntriesStay },
  { name: '20261127191500_token_rejections', ...tokenRejections },
  { name: '20261127195000_tombstones_by_time', ...tombstonesByTime },
  { name: '20261127195500_grant_checks', ...grantChecks },
  { name: '20261127201000_retention', ...retention },
  { name: '20261127213000_seen_ids_of_ended_sessions', ...seenIdsOfEndedSessions },
  { name: '20261128030000_organization_read_times', ...organizationReadTimes },
  { name: '20261128033000_pending_starts', ...pendingStarts },
  { name: '20261128064000_schedules_of_modules', ...schedulesOfModules },
  { name: '20261128070000_session_tracks', ...sessionTracks },
  { name: '20261128071300_requested_records', ...requestedRecords },
  { name: '20261128071500_mirror_layout', ...mirrorLayout },
  { name: '20261128071500_schedules_in_temporal', ...schedulesInTemporal },
  { name: '20261128072800_record_history', ...recordHistory },
  { name: '20261128073600_notification_channels', ...notificationChannels },
  { name: '20261128073700_notification_inbox', ...notificationInbox },
  { name: '20261128075900_retention_of_fences', ...retentionOfFences },
  { name: '20261128100500_comparisons', ...comparisons },
  { name: '20261128100500_housekeeping_tasks', ...housekeepingTasks },
  { name: '20261128100600_counts_of_modules', ...countsOfModules },
  { name: '20261128101500_indexed_fields', ...indexedFields },
  { name: '20261128101500_scan_slots', ...scanSlots },
  { name: '20261128102000_approvals', ...approvals },
  { name: '20261128105000_metadata_of_modules', ...metadataOfModules },
  { name: '20261128110500_former_runs', ...formerRuns },
  { name: '20261128110500_look_back_off', ...lookBackOff },
  { name: '20261128111400_credits_by_day', ...creditsByDay },
  { name: '20261128112000_connections_to_remove', ...connectionsToRemove },
  { name: '20261128132500_schema_changes', ...schemaChanges },
  { name: '20261128132800_names_of_records', ...namesOfRecords },
  { name: '20261128134000_resumed_schedules', ...resumedSchedules },
  { name: '20261128135500_missed_notifications', ...missedNotifications },
  { name: '20261128135500_wanted_values', ...wantedValues },
  { name: '20261128141800_filling_of_columns', ...fillingOfColumns },
  { name: '20261128144000_volatile_fields', ...volatileFields },
];
