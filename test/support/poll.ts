const PAUSE_MS = 25;

export interface PollOptions {
  /** Completes "Waited in vain until ...". */
  what: string;
  /** @default 30000 */
  timeoutMs?: number;
  /** Between two questions, in milliseconds. @default 25 */
  pauseMs?: number;
  /** Explanation for a condition that never came true. */
  explain?(): Promise<string>;
}

/**
 * Asks until the answer is neither false nor undefined.
 * @throws Error at the deadline, with the explanation
 */
export async function poll<T>(ask: () => Promise<T | undefined | false>, options: PollOptions): Promise<T> {
  const deadline = Date.now() + (options.timeoutMs ?? 30_000);
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) {
      const why = (await options.explain?.()) ?? '';
      throw new Error(`Waited in vain until ${options.what}.${why && `\n${why}`}`);
    }
    await new Promise((resolve) => setTimeout(resolve, options.pauseMs ?? PAUSE_MS));
  }
}
