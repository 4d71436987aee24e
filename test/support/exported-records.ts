import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Simulator } from '../../simulator';
import { ExactNumber, readExactJson, type ExactObject } from './exact-json';

/** Every record that exists in the simulator with all its fields, by id, without holding them all. */
export async function* exportedRecords(simulator: Simulator, module: string): AsyncGenerator<ExactObject, undefined> {
  const answer = await fetch(`${simulator.url}/__simulator/records/${module}`);
  assert.ok(answer.ok && answer.body, `The simulator does not export ${module}: ${answer.status}`);
  const lines = createInterface({ input: Readable.fromWeb(answer.body), crlfDelay: Infinity });
  for await (const line of lines) if (line !== '') yield readExactJson(line) as ExactObject;
  return undefined;
}

/** The sum of a field of money, exact. */
export async function sumOfMoney(simulator: Simulator, module: string, field: string): Promise<string> {
  let cents = 0n;
  for await (const record of exportedRecords(simulator, module)) {
    const amount = record[field];
    if (amount instanceof ExactNumber) cents += centsOf(amount.digits);
  }
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function centsOf(digits: string): bigint {
  const [whole = '0', fraction = ''] = digits.split('.');
  assert.match(fraction, /^\d{0,2}$/, `${digits} is no amount of money.`);
  return BigInt(whole + fraction.padEnd(2, '0'));
}
