/** The first questions follow each other soon, since most waits are short; those of long waits would only use the processor. */
const FIRST_PAUSE_MS = 10;
const LAST_PAUSE_MS = 60;
const LONGER = 1.3;

export interface PollOptions {
  /** Completes "Waited in vain until ...". */
  what: string;
  /** @default 30000 */
  timeoutMs?: number;
  /** Between two questions, in milliseconds. @default from 10 up to 60 */
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
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGER * pauseMs, LAST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) {
      const why = (await options.explain?.()) ?? '';
      throw new Error(`Waited in vain until ${options.what}.${why && `\n${why}`}`);
    }
    await new Promise((resolve) => setTimeout(resolve, options.pauseMs ?? pauseMs));
  }
}
