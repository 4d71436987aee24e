import { areCostsKnown, saveCostOverrides } from '../../db/credits/cost-overrides';
import type { ConnectionModel } from '../../db/models/connection';
import { missingScopes } from '../../zoho/auth/scopes';
import { ZohoError } from '../../zoho/errors/errors';
import { listApiCosts } from '../../zoho/metadata/api-catalog';
import { operationCosts } from '../../zoho/metadata/operation-costs';
import type { ActivityDependencies } from '../dependencies';
import type { ZohoWork } from '../with-zoho';

const SCOPE = 'ZohoCRM.apis.READ';

/**
 * Learns what calls cost in this organization, once a week. 1 credit. Without an answer the price list counts on: what
 * the calls are for does not depend on it.
 */
export async function learnPrices(
  { knex, logger }: ActivityDependencies,
  { transport, options }: ZohoWork,
  { id, name, scopes }: Pick<ConnectionModel, 'id' | 'name' | 'scopes'>,
): Promise<void> {
  // Where Zoho did not say what it granted, the call tells.
  if (scopes.length > 0 && missingScopes(scopes, [SCOPE]).length > 0) return;
  if (await areCostsKnown(knex, id)) return;
  try {
    await saveCostOverrides(knex, id, operationCosts(await listApiCosts(transport, undefined, options)));
  } catch (error) {
    if (!(error instanceof ZohoError)) throw error;
    logger.warn({ connection: name, code: error.code }, `Prices are taken from the list: ${error.message}`);
  }
}
