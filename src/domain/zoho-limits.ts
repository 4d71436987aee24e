/**
 * Zoho's limits and prices, each once, with the page of its documentation. A page without a host lies below
 * https://www.zoho.com/crm/developer/docs/api/v8/. Limits of an edition are in `credits/edition-limits.ts`.
 */
export const LIMITS = {
  /** get-records.html */
  listPage: {
    rows: 200,
    fields: 50,
    ids: 100,
    /** Rows that page numbers reach; further ones need page tokens. */
    numberedRows: 2_000,
    /** Rows that page tokens reach. */
    tokenRows: 100_000,
  },

  /** get-deleted-records.html. It has no page tokens, and no page says where it ends: taken as for `listPage`. */
  deletedPage: { rows: 200, numberedRows: 2_000 },

  /** search-records.html. Newer files of Zoho's say 15 criteria, the page says 10. */
  search: { rows: 2_000, criteria: 10, valuesPerIn: 100 },

  /** COQL-Limitations.html */
  coql: {
    rows: 2_000,
    /** Rows of a query without LIMIT. */
    rowsWithoutLimit: 200,
    /** Rows that LIMIT and OFFSET reach together. */
    reach: 100_000,
    /** Columns that COQL-Overview.html promises; live organizations have been seen to take 500. */
    columns: 50,
    criteria: 25,
    valuesPerIn: 100,
    orderBy: 10,
    groupBy: 4,
    aggregates: 5,
  },

  /** insert-records.html, update-records.html, upsert-records.html, delete-records.html */
  write: {
    records: 100,
    /** Records up to which a write is no heavy call; the page is api-limits.html, sub-concurrency. */
    lightRecords: 10,
  },

  /** mass-update.html */
  massUpdate: {
    ids: 500,
    /** Records that the job of a custom view may reach. */
    viewRecords: 50_000,
    /** From this many records on, the job of a custom view runs no automations. */
    recordsWithoutAutomations: 1_000,
    /** Fields that one mass update may change. */
    fields: (module: string | undefined): number => (module === 'Deals' ? 3 : 1),
  },

  /** ../v7/bulk-read/limitations.html */
  bulkRead: {
    /** Rows of one job, which Zoho calls a page. */
    rows: 200_000,
    /** Columns that a job takes by name. A job that names none exports every field. */
    fields: 200,
    criteria: 25,
  },

  /** ../v6/bulk-write/limitations.html */
  bulkWrite: {
    rows: 25_000,
    columns: 200,
    /**
     * "Import file size should be less than 25 mb", of the zip. Zoho does not say which megabyte it means, so this is
     * the smaller one: a file within it is within the other, too.
     */
    zipBytes: 25_000_000,
  },

  /** create-custom-field.html. A newer file of Zoho's takes 25 fields a call but answers for 5. */
  customFields: {
    perCall: 5,
    decimalPlaces: 9,
    /** Characters of a tooltip, and of one that stands beside its field instead of under an icon. */
    tooltip: 255,
    tooltipBesideField: 35,
    label: 255,
    /** Characters or digits of a value, by data type. */
    length: {
      text: 255,
      email: 100,
      phone: 30,
      website: 450,
      integer: 9,
      bigint: 18,
      double: 16,
      currency: 16,
      percent: 5,
    },
  },

  /** ../v7/notifications/enable.html */
  notifications: {
    channelsPerCall: 50,
    eventsPerChannel: 50,
    urlLength: 255,
    tokenLength: 50,
    /** A later expiry is shortened to one hour in silence. */
    lifetimeMs: 7 * 24 * 3_600_000,
  },

  /** api-limits.html, sub-concurrency: the same for every edition. */
  heavyCalls: 10,

  /** refresh.html: access tokens that one refresh token gives in a window. */
  accessTokens: { perWindow: 10, windowMinutes: 10 },
} as const;

/** Modules that Zoho does not let bulk write into (../v6/bulk-write/limitations.html). */
const WITHOUT_BULK_WRITE: ReadonlySet<string> = new Set(['attachments', 'notes', 'events', 'calls']);

/** Whether bulk write takes a module, by its API name in any case. */
export function hasBulkWrite(module: string): boolean {
  return !WITHOUT_BULK_WRITE.has(module.toLowerCase());
}

/**
 * Credits of each call (api-limits.html), by its name in the ledger. Calls that cost by the number of records or rows
 * have their least here and a function below. Status calls, uploads and downloads of jobs are not on the page and
 * counted with its default of 1; mass update is not on it either, its prices are an estimate. The accounts server is free.
 */
export const CREDITS = {
  list_modules: 1,
  get_module: 1,
  get_fields: 1,
  get_org: 1,
  list_users: 1,
  list_records: 1,
  get_record: 1,
  get_rich_texts: 1,
  count_records: 1,
  list_deleted: 2,
  query_records: 1,
  search_records: 1,
  create_bulk_read_job: 50,
  get_bulk_read_job: 1,
  download_bulk_read_result: 1,
  list_apis: 1,
  count_users: 1,
  insert_records: 1,
  update_records: 1,
  upsert_records: 1,
  delete_records: 1,
  mass_update_records: 1,
  create_mass_update_job: 50,
  get_mass_update_job: 1,
  upload_bulk_file: 1,
  create_bulk_write_job: 500,
  get_bulk_write_job: 1,
  download_bulk_write_result: 1,
  create_fields: 1,
  update_fields: 1,
  watch_channels: 1,
  list_channels: 1,
  renew_channels: 1,
  update_channels: 1,
  remove_events: 1,
  disable_channels: 1,
  refresh_token: 0,
  exchange_grant_code: 0,
  revoke_token: 0,
} as const satisfies Readonly<Record<string, number>>;

/** Names of the calls this client makes: the `operation` of errors, ledger entries and plans. */
export type ZohoOperation = keyof typeof CREDITS;

/** Credits of a list call that reads a custom view (api-limits.html). */
export const CUSTOM_VIEW_CREDITS = 3;

const RECORDS_PER_WRITE_CREDIT = 10;
const RECORDS_PER_DELETE_CREDIT = 100;

/** Credits of an insert, update or upsert: one for every ten records begun. */
export function writeCredits(records: number): number {
  return Math.ceil(records / RECORDS_PER_WRITE_CREDIT);
}

/** Credits of a delete: one for every hundred records begun. */
export function deleteCredits(records: number): number {
  return Math.ceil(records / RECORDS_PER_DELETE_CREDIT);
}

/** Credits of a mass update by ids. Zoho publishes no price: it is taken to cost what a delete does. */
export function massUpdateCredits(records: number): number {
  return deleteCredits(records);
}

/** Credits of a COQL query by its LIMIT. */
export function coqlCredits(limit: number): number {
  if (limit <= 200) return CREDITS.query_records;
  return limit <= 1_000 ? 2 : 3;
}
