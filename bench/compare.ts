import { qualifiedTable } from '../src/db/mirror/mirror-module';
import { loadFields } from '../src/db/mirror/module-fields';
import { withEnvironment, type BenchEnvironment } from './environment';
import { type MeasureOptions } from './full-sync';
import { tableOf } from './mirror-table';
import { countRight } from './peers/count-right';
import { prepareDlt, runDlt } from './peers/dlt';
import { runOfficialSdk } from './peers/official-sdk';
import { spentWhile } from './peers/spent';
import { isOneValue, type Mirroring, type ReferenceMirror, type Tool } from './peers/tool';
import { watchMemory } from './process-memory';
import { runFullSync } from './session-run';

export interface Comparison {
  rows: number;
  pulse: Mirroring;
  officialSdk: Mirroring;
  /** Left out, with the reason, where it cannot be installed. */
  dlt: Mirroring | string;
  node: string;
}

/** Mirrors the same module by the engine and by what people use instead, one after the other on the same machine. */
export async function measureComparison(options: MeasureOptions): Promise<Comparison> {
  return withEnvironment(options, async (environment) => {
    const { report } = options;
    const pulse = await usePulse(environment, options);
    const mirror = await mirrorOf(environment);
    const measure = async (tool: Tool): Promise<Mirroring> => {
      const first = await spentWhile(environment, () => tool.run());
      const { right, fields } = await countRight(environment.knex, mirror, tool.table);
      const { result: _, ...again } = await spentWhile(environment, () => tool.run());
      const { result, ...spent } = first;
      return { ...result, rightFields: right, fields, ...spent, again };
    };
    report('The official SDK');
    const officialSdk = await measure(runOfficialSdk(environment, mirror.fields));
    const python = await prepareDlt(options.signal);
    if ('reason' in python) report(`dlt is left out: ${python.reason}`);
    else report('dlt');
    const dlt = 'reason' in python ? python.reason : await measure(await runDlt(environment, mirror.fields, python));
    return { rows: options.rows, pulse, officialSdk, dlt, node: process.version };
  });
}

async function usePulse(environment: BenchEnvironment, { path, report }: MeasureOptions): Promise<Mirroring> {
  const memory = watchMemory(environment.worker.identity.pid);
  report('Our full sync');
  const sync = () => runFullSync(environment, { path, compare: 'times' }, report);
  const { result, ...spent } = await spentWhile(environment, sync);
  const peakRssMb = Math.ceil(await memory.readMb());
  memory.close();
  const { result: _, ...again } = await spentWhile(environment, sync);
  const { fields } = await mirrorOf(environment);
  const count = fields.filter(isOneValue).length;
  return { rows: result.result.mirrorRows ?? 0, rightFields: count, fields: count, ...spent, peakRssMb, again };
}

async function mirrorOf(environment: BenchEnvironment): Promise<ReferenceMirror> {
  const { key, ...where } = await tableOf(environment);
  const fields = await loadFields(environment.knex, environment.connectionId, key);
  return { table: qualifiedTable(where), fields };
}
