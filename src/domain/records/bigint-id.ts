const MAX_BIGINT = '9223372036854775807';

/** One alternative a digit: the digits before it, a smaller one in its place, and any behind it. */
const below = [...MAX_BIGINT].flatMap((digit, index) =>
  digit === '0' ? [] : [`${MAX_BIGINT.slice(0, index)}[0-${Number(digit) - 1}][0-9]{${MAX_BIGINT.length - 1 - index}}`],
);

/** Pattern of an id of Zoho's or of a row: digits up to 2^63 - 1, the largest `bigint` that PostgreSQL takes. */
export const BIGINT_ID = new RegExp(`^(?:[0-9]{1,18}|${below.join('|')}|${MAX_BIGINT})$`);

/** Whether a value is an id of Zoho's, as a text. */
export function isBigintId(value: unknown): value is string {
  return typeof value === 'string' && BIGINT_ID.test(value);
}
