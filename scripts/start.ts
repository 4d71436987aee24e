import { start } from '../dev/start';

/** `npm start [-- --once] [-- --resync]`, compiled to dist/scripts/start.js. */
start(process.argv.slice(2), process.env).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
