import { withEnvironment } from './environment';
import { mirrorRepeatedly, type MeasureOptions } from './full-sync';

const FEW_ROWS = 200_000;
const MANY_ROWS = 1_000_000;

/** Memory that does not depend on the number of rows, but for what a longer run leaves of garbage. */
export const MEMORY_REACH = { 'workerPeakRssMb.manyRows': 400, ratio: 1.25 };

export interface MemoryMeasurement {
  fewRows: number;
  manyRows: number;
  /** Peak resident set of the worker with few and with many rows. */
  workerPeakRssMb: { fewRows: number; manyRows: number };
  /** Ratio of the second to the first: 1 means that memory does not depend on the number of rows. */
  ratio: number;
  zoho: string;
  node: string;
}

/** Compares the worker's peak memory between a full sync of few rows and one of many, each in a fresh system. */
export async function measureMemory(options: MeasureOptions): Promise<MemoryMeasurement> {
  const fewRows = await peakMb({ ...options, rows: FEW_ROWS });
  const manyRows = await peakMb({ ...options, rows: MANY_ROWS });
  return {
    fewRows: FEW_ROWS,
    manyRows: MANY_ROWS,
    workerPeakRssMb: { fewRows, manyRows },
    ratio: Math.round((manyRows / fewRows) * 1000) / 1000,
    zoho: options.zoho,
    node: process.version,
  };
}

async function peakMb(options: MeasureOptions): Promise<number> {
  return withEnvironment(
    options,
    async (environment) => (await mirrorRepeatedly(environment, options)).workerPeakRssMb,
  );
}
