import { ApiError } from '../http/api-error';
import type { SwitchBoard } from '../switches';

/** Where a host belongs: to a data center, or nowhere special, as `127.0.0.1`, which serves every purpose. */
export interface HostPlace {
  readonly dataCenter: string;
  readonly service: 'accounts' | 'api' | 'upload';
}

/** The end of the Accounts and API hosts of every data center (Multi DC). */
const ENDINGS: Readonly<Record<string, { readonly accounts: string; readonly api: string }>> = {
  us: { accounts: 'zoho.com', api: 'zohoapis.com' },
  eu: { accounts: 'zoho.eu', api: 'zohoapis.eu' },
  in: { accounts: 'zoho.in', api: 'zohoapis.in' },
  au: { accounts: 'zoho.com.au', api: 'zohoapis.com.au' },
  jp: { accounts: 'zoho.jp', api: 'zohoapis.jp' },
  cn: { accounts: 'zoho.com.cn', api: 'zohoapis.com.cn' },
  ca: { accounts: 'zohocloud.ca', api: 'zohoapis.ca' },
  sa: { accounts: 'zoho.sa', api: 'zohoapis.sa' },
  uk: { accounts: 'zoho.uk', api: 'zohoapis.uk' },
  ae: { accounts: 'zoho.ae', api: 'zohoapis.ae' },
  sg: { accounts: 'zoho.sg', api: 'zohoapis.sg' },
};
const UNLISTED = ['uk', 'ae', 'sg'];
export const DATA_CENTERS: readonly string[] = Object.keys(ENDINGS);

/**
 * The place a request's Host header names, for clients that reach the simulator under Zoho's names (a hosts file, a
 * proxy, `curl --connect-to`); undefined for any other host.
 *
 * @throws ApiError INVALID_HOST for a host that looks like Zoho's and is none
 */
export function placeOf(host: string, switches: SwitchBoard): HostPlace | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (!/(^|\.)(zoho|zohoapis|zohocloud)\./.test(name)) return undefined;
  const listed = switches.read('unlistedDataCenters').split(',');
  for (const dataCenter of DATA_CENTERS) {
    const service = serviceOf(name, dataCenter, switches);
    if (service === undefined) continue;
    if (service !== 'accounts' && UNLISTED.includes(dataCenter) && !listed.includes(dataCenter)) break;
    return { dataCenter, service };
  }
  throw new ApiError(400, 'INVALID_HOST', 'the host given seems to be invalid', { host: name });
}

function serviceOf(name: string, dataCenter: string, switches: SwitchBoard): HostPlace['service'] | undefined {
  const ending = ENDINGS[dataCenter];
  if (name === `accounts.${ending?.accounts}`) return 'accounts';
  if (['www', 'sandbox', 'developer'].some((prefix) => name === `${prefix}.${ending?.api}`)) return 'api';
  return name === uploadHost(dataCenter, switches) ? 'upload' : undefined;
}

/** The host that takes uploads. */
function uploadHost(dataCenter: string, switches: SwitchBoard): string {
  if (dataCenter === 'ca') return switches.read('uploadHostCa');
  if (dataCenter === 'sa') return switches.read('uploadHostSa');
  return `content.${ENDINGS[dataCenter]?.api}`;
}

/** The API host of a data center, as `api_domain` of a token says it. */
export function apiHost(dataCenter: string): string {
  return `www.${ENDINGS[dataCenter]?.api}`;
}
