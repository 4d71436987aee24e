import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlApi } from './control-api';

const POLL_MS = 1_000;

/**
 * Waits until the organization is connected, which takes a person when the environment has a client but no grant.
 * @throws Error one sentence, with `once`, where no person is expected
 */
export async function awaitConnection(
  api: ControlApi,
  { once, report, signal }: { once: boolean; report: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  const how = 'npm run -s pulse -- connect';
  let said = false;
  for (;;) {
    const { status, statusReason } = await api.connection();
    if (status === 'connected') return;
    const why = statusReason === null ? '' : ` (${statusReason})`;
    if (once) throw new Error(`The Zoho organization is ${status}${why}: start without --once, then run: ${how}`);
    if (!said) report(`The Zoho organization is ${status}${why}. In another terminal, run: ${how}`);
    said = true;
    await sleep(POLL_MS, undefined, { signal });
  }
}
