/**
 * Zoho shows times in whole seconds, makes changes visible a little after they happen, and may compare
 * If-Modified-Since strictly. Reading from this much before a mark covers all three; reading a row twice is harmless.
 */
export const OVERLAP_SECONDS = 120;

/** Start of a read that must miss nothing after `mark`: ISO 8601, whole seconds, UTC, not before 1970. */
export function readFrom(mark: string | Date, overlapSeconds: number = OVERLAP_SECONDS): string {
  const seconds = Math.floor(new Date(mark).getTime() / 1000) - overlapSeconds;
  return new Date(Math.max(0, seconds) * 1000).toISOString().replace('.000Z', '+00:00');
}
