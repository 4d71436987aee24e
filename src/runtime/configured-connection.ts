import type { Knex } from 'knex';
import type { Config } from '../config';
import { ensureConnection } from '../db/connections/ensure-connection';
import { parseKeyRing } from '../db/postgres/encryption';
import type { Logger } from '../logger';
import { accountsUrlOf, isDataCenterName } from '../zoho/http/data-centers';

/** Name of the connection that the environment describes. */
const CONNECTION = 'crm';

/**
 * Stores the connection that the environment describes. Without credentials there is none, and the API still serves
 * what is in the database.
 * @throws KeyRingInvalid, Error when ZOHO_DATA_CENTER names no data center
 */
export async function ensureConfiguredConnection(knex: Knex, config: Config, logger: Logger): Promise<void> {
  if (config.ZOHO_CLIENT_ID === '' || config.ZOHO_CLIENT_SECRET === '') {
    logger.warn('ZOHO_CLIENT_ID and ZOHO_CLIENT_SECRET are not set: no connection was made from the environment.');
    return;
  }
  const dataCenter = config.ZOHO_DATA_CENTER;
  if (!isDataCenterName(dataCenter)) throw new Error(`ZOHO_DATA_CENTER: "${dataCenter}" is no data center of Zoho.`);
  await ensureConnection(knex, parseKeyRing(config.PULSE_ENCRYPTION_KEYS), {
    name: CONNECTION,
    dataCenter,
    accountsUrl: config.ZOHO_ACCOUNTS_URL || accountsUrlOf(dataCenter),
    clientId: config.ZOHO_CLIENT_ID,
    clientSecret: config.ZOHO_CLIENT_SECRET,
    refreshToken: config.ZOHO_REFRESH_TOKEN,
    accessToken: config.ZOHO_ACCESS_TOKEN,
  });
}
