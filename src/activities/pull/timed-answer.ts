import { sentAfter, type ClockReading } from '../../domain/mirror/zoho-clock';

/** An answer of Zoho's, and when it was read there. */
export interface TimedAnswer<T> {
  answer: T;
  clocks: ClockReading;
  /** A time on Zoho's clock before the request was sent: what it read is no older. */
  asOf: Date;
}

/** Makes a call and takes its time by both clocks. */
export async function timedAnswer<T extends { serverTime: Date }>(call: () => Promise<T>): Promise<TimedAnswer<T>> {
  const startedAt = performance.now();
  const answer = await call();
  const clocks = { serverTime: answer.serverTime, ownTime: new Date() };
  return { answer, clocks, asOf: sentAfter(clocks, performance.now() - startedAt) };
}
