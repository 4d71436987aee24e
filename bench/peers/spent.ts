import { z } from 'zod';
import type { BenchEnvironment } from '../environment';
import type { Spent } from './tool';

const Calls = z.object({
  operations: z.record(z.string(), z.object({ calls: z.number() })),
  credits: z.object({ used: z.number() }),
});

/** Runs work, and tells what it cost: time, and the calls and credits that the simulated Zoho saw. */
export async function spentWhile<T>(
  { zohoUrl }: Pick<BenchEnvironment, 'zohoUrl'>,
  work: () => Promise<T>,
): Promise<Spent & { result: T }> {
  const before = await callsAt(zohoUrl);
  const started = performance.now();
  const result = await work();
  const seconds = Math.round(performance.now() - started) / 1000;
  const after = await callsAt(zohoUrl);
  return { result, seconds, calls: after.calls - before.calls, credits: after.credits - before.credits };
}

async function callsAt(zohoUrl: string): Promise<{ calls: number; credits: number }> {
  const answer = await fetch(`${zohoUrl}/__simulator/calls`);
  const { operations, credits } = Calls.parse(await answer.json());
  const calls = Object.values(operations).reduce((sum, operation) => sum + operation.calls, 0);
  return { calls, credits: credits.used };
}
