import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { mayCall, type Reach } from '../../domain/reach';

/** Looks up all addresses of a name, as `dns.lookup` does. */
export type Resolver = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Refusal to open a connection to a host that has no address which may be called. */
export class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed';
  readonly code = 'ADDRESS_NOT_ALLOWED';

  constructor() {
    super('The host has no address that may be called.');
  }
}

/**
 * Opens connections to public addresses, and to those within reach. The address that is checked is the one that is
 * connected to, so it does not help to give a name another address between two lookups.
 * @param timeoutMs limit for opening one
 * @param resolve how names are looked up
 */
export function guardedConnector(
  timeoutMs: number,
  reach: Reach,
  resolve: Resolver = lookup,
): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    lookup: (host, options, done) => {
      resolve(host, { ...options, all: true }, (error, addresses) => {
        const allowed = error ? [] : addresses.filter(({ address }) => mayCall(host, address, reach));
        const [first] = allowed;
        if (first === undefined) done(error ?? new AddressNotAllowed(), []);
        else if (options.all === true) done(null, allowed);
        else done(null, first.address, first.family);
      });
    },
  });
  return (options, callback) => {
    const { hostname } = options;
    // Nobody looks up what is an address already.
    if (isIP(hostname) === 0 || mayCall(hostname, hostname, reach)) connect(options, callback);
    else callback(new AddressNotAllowed(), null);
  };
}
