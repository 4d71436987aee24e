/**
 * Makes a question that costs something cheap to ask: all who ask while it is on its way, or within a while after, get
 * the same answer. A failure is shared only while it is on its way.
 * @param now clock in milliseconds
 */
export function shareRecent<T>(
  ask: () => Promise<T>,
  maxAgeMs: number,
  now: () => number = Date.now,
): () => Promise<T> {
  let asked: { answer: Promise<T>; until: number } | undefined;
  return () => {
    if (asked && now() < asked.until) return asked.answer;
    const current = { answer: ask(), until: Infinity };
    asked = current;
    current.answer.then(
      () => (current.until = now() + maxAgeMs),
      () => (current.until = 0),
    );
    return current.answer;
  };
}
