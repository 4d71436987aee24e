/** UTF-16 halves without their partner: legal in a JavaScript string, refused by PostgreSQL. */
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * JSON text for a `jsonb` parameter. Characters that PostgreSQL cannot store (NUL, lone surrogates) become U+FFFD, so
 * that an error message quoting foreign bytes can still be logged.
 */
export function toJsonb(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? replaceUnstorable(part) : part));
}

/** Replaces characters that PostgreSQL cannot store by U+FFFD, for a `text` parameter. */
export function replaceUnstorable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').replace(LONE_SURROGATES, '\uFFFD');
}
