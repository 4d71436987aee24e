/**
 * Zoho's data centers (Zoho's documentation: OAuth, Multi-DC). `uk` is by the pattern of the others: its accounts
 * server exists, its CRM host is not documented.
 */
export const DATA_CENTERS = {
  us: { accountsHost: 'accounts.zoho.com', apiSuffix: 'zohoapis.com' },
  eu: { accountsHost: 'accounts.zoho.eu', apiSuffix: 'zohoapis.eu' },
  in: { accountsHost: 'accounts.zoho.in', apiSuffix: 'zohoapis.in' },
  au: { accountsHost: 'accounts.zoho.com.au', apiSuffix: 'zohoapis.com.au' },
  jp: { accountsHost: 'accounts.zoho.jp', apiSuffix: 'zohoapis.jp' },
  cn: { accountsHost: 'accounts.zoho.com.cn', apiSuffix: 'zohoapis.com.cn' },
  ca: { accountsHost: 'accounts.zohocloud.ca', apiSuffix: 'zohoapis.ca' },
  sa: { accountsHost: 'accounts.zoho.sa', apiSuffix: 'zohoapis.sa' },
  uk: { accountsHost: 'accounts.zoho.uk', apiSuffix: 'zohoapis.uk' },
} as const satisfies Readonly<Record<string, { accountsHost: string; apiSuffix: string }>>;

export type DataCenterName = keyof typeof DATA_CENTERS;

export const DATA_CENTER_NAMES = Object.keys(DATA_CENTERS) as [DataCenterName, ...DataCenterName[]];

/** Production, sandbox and developer organizations of one data center differ in the first label of the API host. */
const API_PREFIXES = ['www', 'sandbox', 'developer'] as const;

/** Upload hosts of the data centers that do not follow the pattern `content.{apiSuffix}`, as Zoho's SDKs have it. */
const UNUSUAL_CONTENT_HOSTS: Readonly<Partial<Record<DataCenterName, string>>> = {
  ca: 'upload.zohocloud.ca',
  sa: 'files.zoho.sa',
};

/** First labels of the hosts that hand out result files, in front of the data center's domain such as `zoho.eu`. */
const DOWNLOAD_PREFIXES = ['download-accl', 'download'] as const;

export function isDataCenterName(name: string): name is DataCenterName {
  return Object.hasOwn(DATA_CENTERS, name);
}

/** Base URL of a data center's accounts server. */
export function accountsUrlOf(name: DataCenterName): string {
  return `https://${DATA_CENTERS[name].accountsHost}`;
}

/**
 * Checks that client secrets may be sent there: to an accounts server of Zoho.
 *
 * @param allowLoopback or to a simulator on this machine.
 */
export function isAllowedAccountsUrl(accountsUrl: string, allowLoopback = false): boolean {
  const url = bareOrigin(accountsUrl);
  return url !== null && ((allowLoopback && isLoopback(url)) || dataCenterOf(url) !== undefined);
}

/**
 * Whether access tokens that come from this accounts server may be sent to this API domain. A token answer names the
 * domain itself, so a forged or mixed-up one could otherwise send tokens to a foreign host.
 *
 * @param accountsUrl the accounts server that issued the token.
 * @param apiDomain `api_domain` of the token answer.
 * @param allowLoopback whether both may be on this machine.
 */
export function isAllowedApiDomain(accountsUrl: string, apiDomain: string, allowLoopback = false): boolean {
  const accounts = bareOrigin(accountsUrl);
  const api = bareOrigin(apiDomain);
  if (accounts === null || api === null) return false;
  if (isLoopback(accounts)) return allowLoopback && isLoopback(api);
  const dataCenter = dataCenterOf(accounts);
  return (
    dataCenter !== undefined &&
    api.protocol === 'https:' &&
    API_PREFIXES.some((prefix) => api.host === `${prefix}.${dataCenter.apiSuffix}`)
  );
}

/**
 * API domain of production organizations of the data center, for tokens that come without one.
 *
 * @param accountsUrl an allowed accounts URL; a simulator serves the API there, too.
 */
export function usualApiDomain(accountsUrl: string): string {
  const dataCenter = dataCenterOf(new URL(accountsUrl));
  return dataCenter === undefined ? accountsUrl : `https://www.${dataCenter.apiSuffix}`;
}

/**
 * Base URL for uploads, which Zoho takes on another host than calls (Zoho's documentation: Bulk Write, Upload).
 *
 * @param apiDomain an allowed API domain of the connection.
 * @returns the API domain itself if it is none of Zoho's, as a simulator has one address for everything.
 */
export function contentUrlOf(apiDomain: string): string {
  const name = dataCenterOfApi(new URL(apiDomain));
  if (name === undefined) return apiDomain;
  return `https://${UNUSUAL_CONTENT_HOSTS[name] ?? `content.${DATA_CENTERS[name].apiSuffix}`}`;
}

/**
 * Whether the access token of an API domain may be sent to an absolute download URL that Zoho named: a host for
 * downloads, uploads or calls of the same data center, by HTTPS; or the very same origin if it is none of Zoho's.
 */
export function isAllowedDownloadUrl(apiDomain: string, downloadUrl: string): boolean {
  if (!URL.canParse(downloadUrl)) return false;
  const url = new URL(downloadUrl);
  const api = new URL(apiDomain);
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === api.origin) return true;
  const name = dataCenterOfApi(api);
  if (name === undefined) return false;
  const domain = DATA_CENTERS[name].accountsHost.replace(/^accounts\./, '');
  const hosts = DOWNLOAD_PREFIXES.map((prefix) => `${prefix}.${domain}`);
  return url.origin === contentUrlOf(apiDomain) || hosts.some((host) => url.origin === `https://${host}`);
}

function dataCenterOfApi(api: URL): DataCenterName | undefined {
  const names = Object.keys(DATA_CENTERS) as DataCenterName[];
  return names.find((name) =>
    API_PREFIXES.some((prefix) => api.origin === `https://${prefix}.${DATA_CENTERS[name].apiSuffix}`),
  );
}

/** Parameters of the callback beside the grant code. */
export interface CallbackOrigin {
  /** `accounts-server`: where the code was issued, and where alone it can be exchanged. */
  accountsServer?: string | undefined;
  /** `location`: the name of its data center. */
  location?: string | undefined;
}

/**
 * The accounts server that a grant code belongs to, or null if it must not be sent there. People are moved to the data
 * center of their own org, so it need not be the server where the consent began; but it comes through the browser, so
 * only Zoho's own servers count, and they must be those of the data center that is named beside them.
 *
 * @param startedAt the accounts URL where the consent began; a loopback address stays the only one for its code.
 */
export function callbackAccounts(
  startedAt: string,
  { accountsServer = startedAt, location }: CallbackOrigin,
): { accountsUrl: string; dataCenter: DataCenterName | null } | null {
  const started = bareOrigin(startedAt);
  const issuer = bareOrigin(accountsServer);
  if (started === null || issuer === null) return null;
  if (location !== undefined && !isDataCenterName(location)) return null;
  if (isLoopback(started))
    return issuer.origin === started.origin ? { accountsUrl: issuer.origin, dataCenter: null } : null;
  const dataCenter = dataCenterNameOf(issuer);
  if (dataCenter === undefined || (location !== undefined && location !== dataCenter)) return null;
  return { accountsUrl: issuer.origin, dataCenter };
}

function dataCenterOf(accounts: URL) {
  const name = dataCenterNameOf(accounts);
  return name && DATA_CENTERS[name];
}

function dataCenterNameOf(accounts: URL): DataCenterName | undefined {
  if (accounts.protocol !== 'https:') return undefined;
  return DATA_CENTER_NAMES.find((name) => DATA_CENTERS[name].accountsHost === accounts.host);
}

/** The URL if it is scheme, host and port of HTTP only, otherwise null. */
function bareOrigin(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isBare = url.href === `${url.origin}/`;
  return isBare && (url.protocol === 'https:' || url.protocol === 'http:') ? url : null;
}

function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
}
