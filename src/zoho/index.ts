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
export type { CallEnding, CallGate, GatedCall, Permit } from './call-gate';
export { queryRecords } from './coql';
export { countRecords } from './count-records';
export { coqlCredits, CREDIT_COSTS, type ZohoOperation } from './credit-costs';
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
export { FIELD_DATA_TYPES, type FieldDataType, getFields, type ZohoField } from './fields';
export { getRecord, type SingleRecord } from './get-record';
export { type Converted, listRecords, type ListRecordsQuery } from './list-records';
export { type GeneratedType, getModule, listModules, type ZohoModule } from './modules';
export { type GrantedTokens, type OAuthClient, ZohoAccounts } from './oauth';
export type { CallObserver, ZohoCall } from './observer';
export { getOrg, type ZohoOrg } from './org';
export type { RecordPage } from './record-page';
export {
  MAX_BULK_READ_CRITERIA,
  MAX_FIELDS_PER_BULK_READ,
  MAX_FIELDS_PER_CALL,
  MAX_IDS_PER_CALL,
  MAX_PER_PAGE,
} from './request-limits';
export { type AccessToken, type CallOptions, type TokenSource, ZohoTransport } from './transport';
export { listUsers, type ListUsersQuery, type UserPage, type UserType, type ZohoUser } from './users';
