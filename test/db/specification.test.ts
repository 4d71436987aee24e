import assert from 'node:assert/strict';
import { useDatabase } from './support';

/** The columns that the five tables of the product's interface promise; more may stand beside them. */
const PROMISED = {
  crm_sync_sessions: `id session_type status module_name sync_direction started_at completed_at last_activity_at
    total_records processed_records successful_records failed_records skipped_records from_timestamp to_timestamp
    last_modified_time error_message retry_count max_retries api_calls_made rate_limit_hits total_data_transferred_mb
    batch_size conflict_resolution sync_config initiated_by connection_id`,
  sync_status_logs: `id session_id timestamp log_level component message record_id api_endpoint execution_time_ms
    data_payload error_code error_details connection_id`,
  record_sync_statuses: `id session_id crm_record_id local_record_id module_name action_taken sync_direction
    processed_at retry_count fields_updated before_data after_data has_conflicts conflict_details resolution_strategy
    resolved_by resolved_at error_message error_code error_details validation_errors data_quality_score
    processing_time_ms api_calls_used connection_id`,
  sync_configurations: `id config_name module_name is_active sync_frequency_minutes batch_size field_mappings
    required_fields readonly_fields default_conflict_resolution field_specific_resolutions validation_rules
    quality_thresholds rate_limit_buffer max_concurrent_operations timeout_seconds alert_on_failures
    failure_threshold_percentage created_at updated_at created_by connection_id`,
  sync_health_metrics: `id metric_date module_name total_sessions successful_sessions failed_sessions
    average_session_duration_seconds total_records_processed total_records_successful total_records_failed
    total_conflicts_detected average_processing_time_ms total_api_calls total_rate_limit_hits
    average_response_time_ms total_data_transferred_mb average_data_quality_score total_validation_errors
    data_freshness_minutes system_health_score uptime_percentage created_at connection_id`,
};

describe('the tables of the specification', () => {
  const database = useDatabase();

  for (const [table, columns] of Object.entries(PROMISED)) {
    it(`${table} has every promised column`, async () => {
      const present = new Set(
        await database
          .knex('information_schema.columns')
          .where({ table_schema: 'sync', table_name: table })
          .pluck<string[]>('column_name'),
      );

      const missing = columns.split(/\s+/).filter((column) => !present.has(column));

      assert.deepEqual(missing, []);
    });
  }
});
