/**
 * Whether granted scopes open a route that needs one of `wanted`. `ZohoCRM.modules.ALL` covers
 * `ZohoCRM.modules.Deals.READ`; `ZohoCRM.modules.READ` covers the READ of every module; `*` covers all.
 */
export function scopesAllow(granted: readonly string[], wanted: readonly string[], module = ''): boolean {
  if (wanted.length === 0 || granted.includes('*')) return true;
  return wanted.some((scope) =>
    granted.some((grant) => covers(grant, scope.replace('{module}', module.toLowerCase()))),
  );
}

function covers(grant: string, scope: string): boolean {
  const given = grant.toLowerCase().split('.');
  const needed = scope.toLowerCase().split('.');
  const operation = given.pop();
  const neededOperation = needed.pop();
  const operationFits = operation === 'all' || operation === neededOperation;
  return operationFits && given.every((part, place) => part === needed[place]);
}
