import type { ZohoCalls } from '../../connection/call';
import { areCreditCostsFresh, saveCreditCosts } from '../../db/credits/credit-costs';
import type { ConnectionModel } from '../../db/models/connection';
import { missingScopes } from '../../zoho/auth/scopes';
import { ZohoError } from '../../zoho/errors/errors';
import { listApiCosts } from '../../zoho/metadata/api-catalog';
import { operationCosts } from '../../zoho/metadata/operation-costs';
import type { ActivityDependencies } from '../dependencies';

const SCOPE = 'ZohoCRM.apis.READ';

/**
 * Refreshes the credit costs of the organization's calls from Zoho, once a week, for 1 credit. Without an answer the
 * price list stays in force, since no other call depends on this one.
 */
export async function refreshCreditCosts(
  { knex, logger }: ActivityDependencies,
  { transport, options }: ZohoCalls,
  { id, name, scopes }: Pick<ConnectionModel, 'id' | 'name' | 'scopes'>,
): Promise<void> {
  // Without known scopes only the call itself shows whether it is allowed.
  if (scopes.length > 0 && missingScopes(scopes, [SCOPE]).length > 0) return;
  if (await areCreditCostsFresh(knex, id)) return;
  try {
    await saveCreditCosts(knex, id, operationCosts(await listApiCosts(transport, undefined, options)));
  } catch (error) {
    if (!(error instanceof ZohoError)) throw error;
    logger.warn({ connection: name, code: error.code }, `Credit costs are taken from the price list: ${error.message}`);
  }
}
