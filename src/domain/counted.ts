/**
 * A number with what it counts, for a sentence to a person: `1 record`, `2 records`.
 * @param one words behind the number 1, the verb included if it differs: `record differs`
 * @param many words behind any other number
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
