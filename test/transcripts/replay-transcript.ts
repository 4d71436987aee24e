import { readFileSync } from 'node:fs';
import { replayTranscript } from './replayer';
import type { Transcript } from './transcript';

/** `npx tsx test/transcripts/replay-transcript.ts <transcript> <base URL>`, with the access token in ZOHO_ACCESS_TOKEN. */
async function main(): Promise<void> {
  const [file, baseUrl] = process.argv.slice(2);
  const token = process.env['ZOHO_ACCESS_TOKEN'];
  if (file === undefined || baseUrl === undefined || !token) {
    process.stderr.write('Give a transcript and the base URL of the CRM API; ZOHO_ACCESS_TOKEN holds the token.\n');
    process.exitCode = 2;
    return;
  }
  const transcript = JSON.parse(readFileSync(file, 'utf8')) as Transcript;
  const found = await replayTranscript(transcript, { baseUrl, token, now: Date.now });
  for (const { call, request, differences } of found) {
    process.stdout.write(`${call} ${request}\n${differences.map((difference) => `    ${difference}\n`).join('')}`);
  }
  process.stdout.write(`${transcript.calls.length} calls, ${found.length} with differences\n`);
  if (found.length > 0) process.exitCode = 1;
}

void main();
