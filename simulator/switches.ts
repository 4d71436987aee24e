import { invalidData } from './http/api-error';

type Value = boolean | number | string;

/** Behavior that Zoho's documentation leaves open, with the simulator's default. */
export interface Switch<T extends Value = Value> {
  readonly standard: T;
  /** The values it takes: a list, or any whole number or text. */
  readonly values: readonly T[] | 'whole number' | 'text';
  readonly meaning: string;
}

/** The first value is the one in force until somebody chooses another. */
function choice<const T extends number | string>(values: readonly [T, ...T[]], meaning: string): Switch<T> {
  return { standard: values[0], values, meaning };
}

function flag(standard: boolean, meaning: string): Switch<boolean> {
  return { standard, values: [true, false], meaning };
}

function whole(standard: number, meaning: string): Switch<number> {
  return { standard, values: 'whole number', meaning };
}

function text(standard: string, meaning: string): Switch<string> {
  return { standard, values: 'text', meaning };
}

/**
 * Every point that is unconfirmed, disputed between Zoho's own pages, or a matter of circumstances. A look at a live
 * organization flips a default here and changes no other code.
 */
export const SWITCHES = {
  // Hosts and tokens
  unlistedDataCenters: text(
    '',
    'comma list of uk, ae, sg that have a CRM API host; calls to the others are INVALID_HOST',
  ),
  uploadHostCa: choice(['upload.zohocloud.ca', 'content.zohoapis.ca'], 'host that takes uploads in Canada'),
  uploadHostSa: choice(['files.zoho.sa', 'content.zohoapis.sa'], 'host that takes uploads in Saudi Arabia'),
  bearerScheme: flag(true, '`Authorization: Bearer` works as `Zoho-oauthtoken` does'),
  activeAccessTokens: choice([30, 15, 10], 'access tokens of a refresh token that work at a time; the oldest ends'),

  // Limits and prices
  dateHeader: choice(
    ['right', 'absent', 'ten_minutes_ahead', 'ten_minutes_behind'],
    'the `Date` of answers, which a gateway may have written by its own clock',
  ),
  throttleCode: choice(['TOO_MANY_REQUESTS', 'RATE_LIMIT_EXCEEDED'], 'code and message of 429'),
  retryAfterSeconds: whole(0, '`Retry-After` of 429; 0 sends none'),
  searchCredits: choice([1, 3], 'price of a search'),
  jobPollingCredits: choice([0, 1], 'price of a status call or a download of a job'),
  massUpdateCreditsPer100Ids: whole(1, 'price of a mass update by ids, for each 100'),
  massUpdateCreditsByView: whole(50, 'price of a mass update by view'),
  bulkWriteRefunds: flag(false, 'a bulk-write job that fails as a whole gives its credits back'),

  // Reading
  modifiedSinceInclusive: flag(false, 'records modified in the very second of `If-Modified-Since` count as modified'),
  pageTokens: choice(
    ['live', 'snapshot'],
    'a token is a place in the live data, or in the list of records of the first page (deleted ones are left out)',
  ),
  pagesAfterFirst: choice(
    ['next', 'first', 'empty'],
    'what a page token shows: the next page, the first one again, or no record and more to come',
  ),
  pageTokensGiven: flag(true, 'a page with more records behind it names the token of the next one'),
  sortHeeded: flag(true, '`sort_by` and `sort_order` are heeded; else the highest id comes first'),
  endlessV2Pages: flag(false, '`page` of v2 and v2.1 reaches all records, without tokens'),
  listReach: whole(100_000, 'records of a list that page tokens reach'),
  userCountAsText: flag(false, 'the number of users is a text'),
  unknownFields: choice(['skip', 'refuse'], 'unknown names in `fields`'),
  missingRecord: choice([204, 400, 404], 'status of Get Record for a well-formed id that does not exist'),
  deletedPageRows: whole(2_000, 'rows of the deleted feed that pages reach; 0 for all'),
  permanentDeletionsListedDays: whole(0, 'how long a permanent deletion stays in the feed; 0 for ever'),
  picklistValue: choice(
    ['actual', 'display'],
    'what list, get and search show of a choice whose display value was changed',
  ),
  richTextInLists: choice(
    ['cut', 'whole'],
    'rich texts in lists; `fetch_full_data` and single records show them whole',
  ),
  externalIdsInLookups: flag(
    false,
    '`X-EXTERNAL: Contacts.Account_Name.ERP_Id` lets a lookup be written by external id',
  ),

  // Queries
  coqlRowsPerCall: choice([2_000, 200], 'highest LIMIT'),
  coqlSelectColumns: choice([500, 200, 50], 'columns of a SELECT'),
  coqlLookups: choice(['id', 'name'], 'what a query shows of a lookup: its id, or its id and name'),
  searchMaxCriteria: choice([15, 10], 'criteria of a search'),
  searchEquals: choice(['exact', 'contains'], 'what `equals` means for texts'),
  searchIndexLagMs: whole(0, 'virtual time until search finds a write; until then it sees the record as it was'),

  // Writing
  mixedWriteStatus: choice([207, 200, 202], 'status when some records of a write failed and some did not'),
  unmodifiedSinceScope: choice(['call', 'record'], 'what a conflict of one of several records refuses'),
  upsertSeveralMatches: choice(['oldest', 'newest', 'refuse'], 'the record an upsert takes when several match'),
  upsertCheckFields: choice(['unique', 'any'], 'fields that `duplicate_check_fields` takes'),
  upsertLagMs: whole(0, 'virtual time until an upsert sees a new record; races in it insert twice'),
  readOnlyFields: choice(['skip', 'refuse'], 'values sent for read-only fields'),
  trimTexts: flag(false, 'spaces at both ends of a written text are cut off'),
  fieldsPerCreateCall: choice([5, 25], 'fields a call of Create Custom Fields takes'),

  // Bulk read
  bulkReadMaxPage: choice([500, 50], 'highest `page`'),
  bulkReadValuesPerIn: choice([200, 20], 'values of `in` and `not_in`'),
  bulkReadQueueLength: whole(0, 'jobs that may wait; more are refused with 429. 0 for any number'),
  bulkReadSeparator: text(';', 'between choices of a multi-select cell'),
  bulkReadDatetimeOffset: choice(['user', 'utc'], 'offset of datetimes in cells'),
  bulkReadBom: flag(false, 'the file begins with a byte order mark'),
  bulkReadColumnOrder: choice(['requested', 'metadata'], 'order of columns after `Id`'),
  bulkReadEnds: flag(true, 'the job of the last page says that there are no more records'),
  bulkReadEmptyFile: choice(['header', 'empty'], 'the file of a job without rows'),
  expiredPageTokenCode: choice(
    ['EXPIRED_VALUE', 'EXPIRED_PAGE_TOKEN'],
    'code for a bulk-read page token after 24 hours',
  ),
  callbackCopies: whole(1, 'how often the callback of a job is delivered; 0 drops it'),
  callbackDelayMs: whole(0, 'time before the callback of a job is sent'),

  // Bulk write
  bulkWriteFindBy: choice(['unique', 'id'], '`find_by` takes `id` and unique fields, or `id` only'),
  bulkWriteDateFormats: choice(['us', 'iso'], 'date format of columns without `format`: MM/dd/yyyy or yyyy-MM-dd'),
  bulkWriteAutomations: flag(false, 'bulk write runs workflows; `GET state` counts their runs'),

  // Mass update
  massUpdateOverWrite: choice(
    ['append', 'keep', 'ignore'],
    'what `over_write: false` does: adds choices to those of a multi-select, leaves fields alone that have a value, or nothing',
  ),

  // Notifications
  notificationAttempts: whole(1, 'how often a notification is sent until a 2xx answers'),
  notificationOrder: choice(
    ['kept', 'shuffled'],
    'order in which notifications of the same 100 ms arrive; where it is not kept, none waits for another',
  ),
  notificationsOfBulkWrites: flag(false, 'bulk writes, and mass updates of more than 1,000 records, notify'),
  notificationTokenLength: choice([50, 256], 'longest `token` of a channel'),
  notificationValuesOfNew: flag(
    false,
    '`affected_values` of new records hold their values, where values are asked for',
  ),
  notificationResourceUri: choice(
    ['called', 'own'],
    '`resource_uri` has the host and version that the channel was subscribed at, or the own host and v8',
  ),
  notificationPatchWrapper: choice(
    ['either', 'watch', 'bare'],
    'body of PATCH /actions/watch: a list under `watch`, one channel without a list, or either',
  ),

  // What else sets Modified_Time
  modifiedByMassUpdateJob: flag(true, 'a mass update by view sets Modified_Time'),
  modifiedByBulkWrite: flag(true, 'bulk write sets Modified_Time'),
  modifiedByTags: flag(false, 'adding tags to records and removing them sets Modified_Time'),
  modifiedByFormula: flag(false, 'a formula that is worked out anew sets Modified_Time'),
  modifiedByRestore: flag(false, 'restoring a record from the recycle bin sets Modified_Time'),
  modifiedByPicklistRename: flag(false, 'changing the display value of a choice sets Modified_Time of its records'),
} as const satisfies Record<string, Switch>;

export type SwitchName = keyof typeof SWITCHES;
export type SwitchValues = {
  readonly [N in SwitchName]: (typeof SWITCHES)[N] extends Switch<infer T> ? T : never;
};

/** Something that has switches: a simulation. */
export interface Switched {
  readonly switches: SwitchBoard;
}

/** The value of a switch now. */
export function readSwitch<N extends SwitchName>({ switches }: Switched, name: N): SwitchValues[N] {
  return switches.read(name);
}

/** The switches of one simulated organization. */
export class SwitchBoard {
  readonly #atStart: SwitchValues;
  #values: SwitchValues;

  /** @throws ApiError INVALID_DATA for a name or value that does not exist */
  constructor(changes: Partial<SwitchValues> = {}) {
    const standards = Object.fromEntries(Object.entries(SWITCHES).map(([name, { standard }]) => [name, standard]));
    this.#atStart = { ...(standards as unknown as SwitchValues), ...checked(changes) };
    this.#values = this.#atStart;
  }

  read<N extends SwitchName>(name: N): SwitchValues[N] {
    return this.#values[name];
  }

  all(): SwitchValues {
    return this.#values;
  }

  /** Changes some switches, or none when one of the changes is wrong. @throws ApiError INVALID_DATA */
  set(changes: Readonly<Record<string, unknown>>): void {
    this.#values = { ...this.#values, ...checked(changes) };
  }

  /** Back to the values of the start. */
  reset(): void {
    this.#values = this.#atStart;
  }
}

/**
 * `name=value` of the command line.
 * @throws ApiError INVALID_DATA for a name or value that does not exist
 */
export function parseSwitch(argument: string): Partial<SwitchValues> {
  const at = argument.indexOf('=');
  const name = at < 0 ? argument : argument.slice(0, at);
  const given = at < 0 ? '' : argument.slice(at + 1);
  const standard = isName(name) ? SWITCHES[name].standard : undefined;
  const value =
    typeof standard === 'number' ? Number(given || NaN) : typeof standard === 'boolean' ? truth(given) : given;
  return checked({ [name]: value });
}

function truth(given: string): unknown {
  return given === 'true' ? true : given === 'false' ? false : given;
}

function checked(changes: Readonly<Record<string, unknown>>): Partial<SwitchValues> {
  for (const [name, value] of Object.entries(changes)) {
    if (!isName(name)) throw invalidData(`there is no switch ${name}`, { api_name: name });
    const { values }: Switch = SWITCHES[name];
    if (!fits(values, value)) {
      const expected = typeof values === 'string' ? `a ${values}` : `one of ${values.join(', ')}`;
      throw invalidData(`${name} is ${expected}`, { api_name: name, supported_values: values });
    }
  }
  return changes;
}

function isName(name: string): name is SwitchName {
  return Object.hasOwn(SWITCHES, name);
}

function fits(values: Switch['values'], value: unknown): boolean {
  if (values === 'text') return typeof value === 'string';
  if (values === 'whole number') return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  return (values as readonly unknown[]).includes(value);
}
