import type { RecordChangeResult, RecordChanges } from '../simulator/control/record-changes';
import type { CustomModuleRequest } from '../simulator/data/modules/custom-module';
import type { BenchEnvironment } from './environment';

/** Time of Zoho's between changes and their sync: more than the overlap with which the next one reads, so that none is read twice. */
export const BETWEEN_MS = 130_000;
/** Zoho's clock goes behind ours, so that it can be moved on without getting ahead: a mark is set by the slower one. */
export const BEHIND_MS = 2 * 3_600_000;

/** Lets time pass at the simulated Zoho, in milliseconds. */
export async function moveClock(environment: BenchEnvironment, ms: number): Promise<void> {
  await control(environment, 'clock', { advance: ms });
}

/** Changes records of the simulated Zoho as its people do. */
export async function changeRecords(
  environment: BenchEnvironment,
  module: string,
  changes: RecordChanges,
): Promise<RecordChangeResult> {
  return (await control(environment, `records/${module}`, changes)) as RecordChangeResult;
}

/** Lets the simulated Zoho tell of several changes at a time, as a service with many machines does, and in any order. */
export async function notifyInAnyOrder(environment: BenchEnvironment): Promise<void> {
  await control(environment, 'switches', { notificationOrder: 'shuffled' });
}

/** Adds a module of generated records to the simulated Zoho. */
export async function addModule(environment: BenchEnvironment, module: CustomModuleRequest): Promise<void> {
  await control(environment, 'modules', module);
}

/** Asks the simulated Zoho for something that Zoho cannot be asked for. */
async function control({ zohoUrl, signal }: BenchEnvironment, what: string, body: object): Promise<unknown> {
  // Thousands of short calls: each that knew the signal would leave a listener at it.
  signal.throwIfAborted();
  const answer = await fetch(`${zohoUrl}/__simulator/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The simulated Zoho answers ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
