import assert from 'node:assert/strict';
import { ZohoError } from '../../../src/zoho/errors/errors';

/** Waits for a call that must fail with a `ZohoError` and returns it. */
export async function failureOf(call: Promise<unknown>): Promise<ZohoError> {
  const outcome = await call.then(
    () => assert.fail('The call did not fail.'),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof ZohoError, `Not a ZohoError: ${String(outcome)}`);
  return outcome;
}
