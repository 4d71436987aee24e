import type { DataOptions } from './data/catalog';
import type { Edition } from './limits/editions';
import type { SwitchValues } from './switches';

export const PROFILES = ['fast', 'realistic'] as const;
export type Profile = (typeof PROFILES)[number];

/** Everything that can be chosen when a simulator starts. Times are milliseconds. */
export interface SimulatorOptions extends DataOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly edition: Edition;
  /** Where the organization is, for clients that call the simulator under Zoho's host names. */
  readonly dataCenter: string;
  /** Added to every CRM call. */
  readonly latencyMs: number;
  /** Shortest duration of a bulk read, a bulk write or the mass update of a view. */
  readonly bulkJobMs: number;
  /** Added to such a job for every 100,000 of its rows. */
  readonly bulkJobMsPer100kRows: number;
  /** Ten access tokens in ten minutes a refresh token. */
  readonly tokenThrottle: boolean;
  /** Points the documentation leaves open, where another answer is wanted than the usual one. */
  readonly switches: Partial<SwitchValues>;
  /** Daily credits; by edition and users when left out. */
  readonly credits?: number;
  /** PEM texts; with both the simulator speaks HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const PROFILE_TIMES: Readonly<
  Record<Profile, Pick<SimulatorOptions, 'latencyMs' | 'bulkJobMs' | 'bulkJobMsPer100kRows'>>
> = {
  fast: { latencyMs: 0, bulkJobMs: 0, bulkJobMsPer100kRows: 0 },
  realistic: { latencyMs: 150, bulkJobMs: 3_500, bulkJobMsPer100kRows: 1_000 },
};

const DEFAULT_DEALS = 1_000;

/** Fills in what was left out; the profile gives the times, single times win over it. */
export function completeOptions(
  given: Partial<SimulatorOptions> & { readonly profile?: Profile } = {},
): SimulatorOptions {
  const { profile = 'fast', ...chosen } = given;
  const deals = given.deals ?? DEFAULT_DEALS;
  return {
    host: '127.0.0.1',
    port: 0,
    seed: 1,
    deals,
    accounts: Math.ceil(deals / 5),
    contacts: Math.ceil(deals / 2),
    leads: 200,
    users: 10,
    timeZone: 'America/New_York',
    multiselectSeparator: ';',
    traps: true,
    edition: 'enterprise',
    dataCenter: 'us',
    tokenThrottle: true,
    switches: {},
    ...PROFILE_TIMES[profile],
    ...chosen,
  };
}
