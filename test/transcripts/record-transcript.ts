import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { recordScenario } from './record-scenario';

/** Records the client's scenario against the simulator anew: `npx tsx test/transcripts/record-transcript.ts`. */
async function main(): Promise<void> {
  const file = path.join(__dirname, 'client-scenario.json');
  const text = await format(JSON.stringify(await recordScenario()), { parser: 'json', printWidth: 120 });
  writeFileSync(file, text);
}

void main();
