import pg from 'pg';

/** `DATABASE_URL` is not an address of PostgreSQL. The message never quotes it: it holds a password. */
export class UnreadableDatabaseUrl extends Error {
  override readonly name = 'UnreadableDatabaseUrl';

  constructor() {
    super(
      'DATABASE_URL cannot be read. It looks like postgres://user:password@host:5432/database; in the user and the ' +
        'password the signs / ? # @ : [ ] % are written in percent form, such as %23 for #.',
    );
  }
}

export interface DatabaseAddress {
  /** Host name, address or folder of a socket. */
  readonly host: string;
  readonly database: string;
}

/**
 * Reads an address as the driver does. A `/`, `?` or `#` in a password ends the host early, and the rest up to the real
 * `@` would be taken for a path: that is refused.
 * @throws UnreadableDatabaseUrl
 */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  const authority = /^[a-z][a-z+]*:\/\/[^/?#]*/i.exec(url);
  if (authority && url.slice(authority[0].length).includes('@')) throw new UnreadableDatabaseUrl();
  try {
    const { host, database = '' } = new pg.Client({ connectionString: url });
    return { host, database };
  } catch {
    throw new UnreadableDatabaseUrl();
  }
}
