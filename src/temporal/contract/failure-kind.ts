import type { FailureAdvice, Responsible, RetryRuleName } from '../../domain/retry-rules';

/** One type of failure, as the Temporal UI, the logs and sessions show it. */
export interface FailureKind extends FailureAdvice {
  /** Never changes: histories and alerts hold it. */
  readonly type: string;
}

/** Describes a type of failure; by default an operator ends it, and another attempt would be in vain. */
export function failure(
  type: string,
  meaning: string,
  whatToDo: string,
  who: Responsible = 'operator',
  retry: RetryRuleName = 'never',
): FailureKind {
  return { type, meaning, whatToDo, who, retry };
}

/** Describes types of failures that share a prefix, by the names in a table of advice. */
export function kindsOf<Name extends string>(
  prefix: string,
  advice: Readonly<Record<Name, FailureAdvice>>,
): Readonly<Record<Name, FailureKind>> {
  const kinds = Object.entries<FailureAdvice>(advice).map(([name, advised]) => [
    name,
    { type: `${prefix}.${name}`, ...advised },
  ]);
  return Object.fromEntries(kinds) as Readonly<Record<Name, FailureKind>>;
}
