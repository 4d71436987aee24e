import { resolveTemporalServer } from '../dev/temporal/resolve-server';

/** `npx tsx scripts/temporal-server.ts`: prints the path of the Temporal server, obtaining a missing one first. */
resolveTemporalServer({ report: (line) => console.error(line) }).then(
  (server) => console.log(server),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
