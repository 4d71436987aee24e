/**
 * OAuth scopes that the product needs of every org (Zoho's documentation: Scopes). Mass updates by view have a scope
 * for each module, `ZohoCRM.mass_update.{module}.UPDATE`, to be asked for beside these where they are used.
 */
export const NEEDED_SCOPES = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.bulk.ALL',
  'ZohoCRM.notifications.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.coql.READ',
  'ZohoCRM.apis.READ',
  'ZohoSearch.securesearch.READ',
  'ZohoFiles.files.ALL',
] as const;

/**
 * The needed scopes that a grant does not cover, in the order of the list. A wider scope covers a narrower one:
 * `ZohoCRM.users.ALL` covers `ZohoCRM.users.READ`. Case does not matter to Zoho.
 */
export function missingScopes(granted: readonly string[], needed: readonly string[] = NEEDED_SCOPES): string[] {
  const held = new Set(granted.map((scope) => scope.toLowerCase()));
  return needed.filter((scope) => {
    const name = scope.toLowerCase();
    return !held.has(name) && !held.has(name.replace(/\.[a-z]+$/, '.all'));
  });
}
