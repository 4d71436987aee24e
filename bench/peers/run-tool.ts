import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ToolRun } from './tool';

const MAX_OUTPUT = 16 * 1024 * 1024;
const Printed = z.object({ rows: z.number(), peakRssMb: z.number() });

/** Runs a tool's program with its settings, and reads what it prints last. @throws Error with what it wrote on failing */
export async function runTool(
  command: string,
  program: string,
  settings: object,
  signal: AbortSignal,
): Promise<ToolRun> {
  const { stdout } = await promisify(execFile)(command, [program, JSON.stringify(settings)], {
    signal,
    maxBuffer: MAX_OUTPUT,
  });
  return Printed.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}
