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
export { checkCriteriaFields } from './check-criteria-fields';
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
export { coqlCredits, CREDIT_COSTS, type ZohoOperation } from './credit-costs';
export { and, compare, type Comparison, type Criteria, type CriteriaGroup, type CriteriaValue, or } from './criteria';
export {
  CRITERIA_TYPES,
  type CriteriaOperator,
  type CriteriaType,
  criteriaTypeOf,
  type OperatorOf,
} from './criteria-types';
export {
  accountsUrlOf,
  DATA_CENTRES,
  type DataCentreName,
  isAllowedAccountsUrl,
  isAllowedApiDomain,
  isDataCentreName,
} from './data-centres';
export { type DeletedPage, type DeletedRecord, listDeleted, type ListDeletedQuery } from './deleted-records';
export { ERROR_CATEGORIES, type ErrorCategory, ZohoError } from './errors';
export { type AllPagesQuery, fetchAllPages, MAX_TOKEN_RECORDS } from './fetch-all-pages';
export { FIELD_DATA_TYPES, type FieldDataType, getFields, type ZohoField } from './fields';
export { getRecord, type SingleRecord } from './get-record';
export { type KeysetCursor, type KeysetPage, keysetPages, type KeysetQuery } from './keyset-pages';
export { type Converted, listRecords, type ListRecordsQuery } from './list-records';
export { type GeneratedType, getModule, listModules, type ZohoModule } from './modules';
export { type GrantedTokens, type OAuthClient, ZohoAccounts } from './oauth';
export type { CallObserver, ZohoCall } from './observer';
export { getOrg, type ZohoOrg } from './org';
export type { RecordPage } from './record-page';
export {
  MAX_BULK_READ_CRITERIA,
  MAX_COQL_CRITERIA,
  MAX_COQL_LIMIT,
  MAX_COQL_REACH,
  MAX_FIELDS_PER_BULK_READ,
  MAX_FIELDS_PER_CALL,
  MAX_IDS_PER_CALL,
  MAX_PER_PAGE,
  MAX_SEARCH_CRITERIA,
  MAX_SEARCH_RESULTS,
} from './request-limits';
export { searchCriteria } from './search-criteria';
export { type SearchFilter, type SearchPaging, searchRecords, type SearchRecordsQuery } from './search-records';
export { type AccessToken, type CallOptions, type TokenSource, ZohoTransport } from './transport';
export { listUsers, type ListUsersQuery, type UserPage, type UserType, type ZohoUser } from './users';
