export { type ApiCost, listApiCosts } from './api-catalogue';
export {
  type BulkReadFailure,
  type BulkReadJob,
  type BulkReadQuery,
  type BulkReadResult,
  BULK_READ_STATES,
  type BulkReadState,
  createBulkReadJob,
  downloadBulkReadResult,
  getBulkReadJob,
} from './bulk-read';
export type { BulkReadComparator, BulkReadCriteria, BulkReadValue } from './bulk-read-criteria';
export {
  BULK_WRITE_DATE_FORMAT,
  BULK_WRITE_DATETIME_FORMAT,
  BULK_WRITE_STATES,
  type BulkWriteFieldMapping,
  type BulkWriteFile,
  type BulkWriteJob,
  type BulkWriteJobQuery,
  type BulkWriteOperation,
  type BulkWriteState,
  createBulkWriteJob,
  downloadBulkWriteResult,
  getBulkWriteJob,
} from './bulk-write';
export { uploadBulkFile } from './bulk-write-upload';
export { writeBulkFile } from './bulk-write-file';
export {
  BULK_WRITE_ROW_STATUSES,
  type BulkWriteRow,
  type BulkWriteRowError,
  type BulkWriteRowStatus,
  parseBulkWriteResult,
} from './bulk-write-result';
export { checkCriteriaFields } from './check-criteria-fields';
export { type CallEnding, type CallGate, CallSeries, type GatedCall, type Permit } from './call-gate';
export { queryRecords } from './coql';
export {
  AGGREGATE_FUNCTIONS,
  type AggregateFunction,
  type CoqlAggregate,
  type CoqlOrder,
  type CoqlQuery,
  coqlText,
  MAX_COQL_COLUMNS,
  selectRecords,
} from './coql-query';
export { countRecords } from './count-records';
export {
  coqlCredits,
  CREDIT_COSTS,
  CUSTOM_VIEW_CREDITS,
  deleteCredits,
  writeCredits,
  type ZohoOperation,
} from './credit-costs';
export { type CustomFieldChange, customFieldChangeProblems } from './custom-field-change';
export {
  CREATABLE_FIELD_TYPES,
  type CreatableFieldType,
  type CustomFieldDefinition,
  customFieldProblems,
  FORMULA_RETURN_TYPES,
  type PicklistOption,
} from './custom-field-definition';
export { createCustomFields, type CustomFieldOutcome, updateCustomFields } from './custom-fields';
export { and, compare, type Comparison, type Criteria, type CriteriaGroup, type CriteriaValue, or } from './criteria';
export {
  CRITERIA_OPERATORS,
  CRITERIA_TYPES,
  type CriteriaOperator,
  type CriteriaType,
  criteriaTypeOf,
  type OperatorOf,
} from './criteria-types';
export { authorizationUrl } from './authorization-url';
export {
  accountsUrlOf,
  callbackAccounts,
  type CallbackOrigin,
  contentUrlOf,
  DATA_CENTRE_NAMES,
  DATA_CENTRES,
  type DataCentreName,
  isAllowedAccountsUrl,
  isAllowedApiDomain,
  isAllowedDownloadUrl,
  isDataCentreName,
} from './data-centres';
export { type DeletedPage, type DeletedRecord, listDeleted, type ListDeletedQuery } from './deleted-records';
export { ERROR_CATEGORIES, type ErrorCategory, ZohoError } from './errors';
export { JsonNumber, type RecordValue } from './exact-json';
export { type AllPagesQuery, fetchAllPages, MAX_TOKEN_RECORDS } from './fetch-all-pages';
export { FIELD_DATA_TYPES, type FieldDataType, getFields, type ZohoField } from './fields';
export { getRecord, type SingleRecord } from './get-record';
export { type KeysetCursor, type KeysetPage, keysetPages, type KeysetQuery } from './keyset-pages';
export { type Converted, listRecords, type ListRecordsQuery } from './list-records';
export {
  createMassUpdateJob,
  getMassUpdateJob,
  MASS_UPDATE_STATES,
  massUpdateRecords,
  type MassUpdateJob,
  type MassUpdateState,
} from './mass-update';
export { assertModuleAccess, hasReachableRecords, MODULE_ACCESS, type ModuleAccess } from './module-access';
export { type GeneratedType, getModule, listModules, type ZohoModule } from './modules';
export {
  type ChannelOutcome,
  disableChannels,
  listChannels,
  type ListedChannel,
  removeEvents,
  renewChannels,
  type SubscribedModule,
  updateChannels,
  watchChannels,
} from './notification-channels';
export type { ChannelRenewal, NotificationChannel } from './notification-channel';
export { type GrantedTokens, type OAuthClient, ZohoAccounts } from './oauth';
export type { CallObserver, ZohoCall } from './observer';
export { type OperationCost, operationCosts } from './operation-costs';
export { getOrg, type ZohoOrg } from './org';
export { parseNotification, type ZohoNotification } from './parse-notification';
export { reuseBody } from './body-memory';
export type { RecordPage } from './record-page';
export type { Refusal } from './refusal';
export {
  MAX_BULK_READ_CRITERIA,
  MAX_BYTES_PER_BULK_WRITE,
  MAX_CHANNELS_PER_CALL,
  MAX_COLUMNS_PER_BULK_WRITE,
  MAX_EVENTS_PER_CHANNEL,
  MAX_COQL_CRITERIA,
  MAX_COQL_LIMIT,
  MAX_COQL_REACH,
  MAX_FIELDS_PER_BULK_READ,
  MAX_FIELDS_PER_CALL,
  MAX_FIELDS_PER_FIELD_CALL,
  MAX_IDS_PER_CALL,
  MAX_IDS_PER_MASS_UPDATE,
  MAX_PER_PAGE,
  MAX_RECORDS_PER_MASS_UPDATE_JOB,
  MAX_RECORDS_PER_WRITE,
  MAX_ROWS_PER_BULK_WRITE,
  MAX_SEARCH_CRITERIA,
  MAX_SEARCH_RESULTS,
} from './request-limits';
export { searchCriteria } from './search-criteria';
export { type SearchFilter, type SearchPaging, searchRecords, type SearchRecordsQuery } from './search-records';
export { missingScopes, NEEDED_SCOPES } from './scopes';
export { type AccessToken, type CallOptions, type TokenSource, ZohoTransport } from './transport';
export {
  countUsers,
  getCurrentUser,
  listUsers,
  type ListUsersQuery,
  USER_TYPES,
  type UserPage,
  type UserType,
  type ZohoUser,
} from './users';
export type { RecordRefused, RecordWritten, WriteOutcome } from './write-outcome';
export {
  type AppliedFeature,
  deleteRecords,
  type GuardedWriteOptions,
  insertRecords,
  type RecordInput,
  type SkippedFeature,
  type Trigger,
  updateRecords,
  upsertRecords,
  type WriteOptions,
} from './write-records';
