import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const KILOBYTES_PER_MEGABYTE = 1024;
const SAMPLE_MS = 200;

export interface PeakMemory {
  /** Peak resident set since the watch began, in megabytes. */
  readMb(): Promise<number>;
  close(): void;
}

/** Watches the memory of a process. Linux keeps the peak (`VmHWM` of proc(5)); elsewhere it is sampled. */
export function watchMemory(pid: number): PeakMemory {
  if (process.platform === 'linux') return { readMb: () => readHighWaterMark(pid), close: () => undefined };
  let peak = 0;
  const sample = async (): Promise<void> => {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', `${pid}`]);
    peak = Math.max(peak, Number(stdout) / KILOBYTES_PER_MEGABYTE);
  };
  const timer = setInterval(() => void sample().catch(() => undefined), SAMPLE_MS);
  return { readMb: async () => sample().then(() => peak), close: () => clearInterval(timer) };
}

async function readHighWaterMark(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`The kernel does not tell the peak memory of process ${pid}.`);
  return Number(kilobytes) / KILOBYTES_PER_MEGABYTE;
}
