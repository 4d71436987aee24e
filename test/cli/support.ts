import { runCli } from '../../src/cli/program';
import type { ApiFixture } from '../api/support/api';

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs `pulse` in this process. No folder of an `npm start` is looked at unless `environment` names one. */
export async function runPulse(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const outcome: Outcome = { code: -1, out: '', err: '' };
  outcome.code = await runCli(args, {
    environment: { PULSE_HOME: '/nonexistent', ...environment },
    out: (text) => void (outcome.out += text),
    err: (text) => void (outcome.err += text),
  });
  return outcome;
}

/** Runs `pulse` against the API of a test, as an operator unless told otherwise. */
export async function pulse(api: ApiFixture, args: readonly string[], key = api.keys.operator): Promise<Outcome> {
  return runPulse(args, { PULSE_API_URL: api.baseUrl, PULSE_API_KEY: key });
}
