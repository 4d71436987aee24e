import type { CallLabel } from '../zoho/errors/errors';

/** Tokens that a call was refused with since it last succeeded. */
interface Refusals {
  readonly lastToken: string;
  readonly tokens: number;
}

/**
 * Kinds of calls that Zoho answered 401, in the memory of a process. One kind that is refused with token after token,
 * while others are taken with them, is not the tokens' fault: replacing those would go on until Zoho issues no more.
 */
export class RefusedCalls {
  readonly #refusals = new Map<string, Refusals>();
  #taken: string | undefined;

  /** Notes that Zoho took a token for a call. */
  accepted(accessToken: string, call: CallLabel): void {
    this.#taken = accessToken;
    this.#refusals.delete(kindOf(call));
  }

  /**
   * Notes that Zoho refused a token.
   * @returns how many tokens this kind of call was refused with in a row, and whether this one was taken for others
   */
  refused(accessToken: string, call: CallLabel): { tokens: number; isTakenElsewhere: boolean } {
    const earlier = this.#refusals.get(kindOf(call));
    // Calls in flight at the same time are refused with the same token.
    const tokens = (earlier?.tokens ?? 0) + (earlier?.lastToken === accessToken ? 0 : 1);
    this.#refusals.set(kindOf(call), { lastToken: accessToken, tokens });
    return { tokens, isTakenElsewhere: this.#taken === accessToken };
  }
}

function kindOf({ operation, module }: CallLabel): string {
  return `${operation} ${module ?? ''}`;
}
