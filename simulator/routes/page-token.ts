import { createHash } from 'node:crypto';
import type { VirtualClock } from '../clock';
import { ApiError } from '../http/api-error';
import type { ModifiedEntry } from '../store/overlay';

const LIFE = 24 * 3_600_000;

/** How far a walk through the pages of a module has come. */
export interface PageState {
  /** The last record shown. */
  readonly after: ModifiedEntry;
  /** Records shown up to there. */
  readonly shown: number;
  /** The number of the next page. */
  readonly page: number;
}

/**
 * Page tokens of Get Records. A token carries its state and a digest of the user and of every parameter it is bound
 * to, so the simulator keeps nothing and a restart does not lose a walk.
 */
export class PageTokens {
  constructor(readonly clock: VirtualClock) {}

  /** A token and when it expires, in milliseconds since 1970. */
  issue(state: PageState, binding: string): { token: string; expires: number } {
    const expires = this.clock.now() + LIFE;
    const content = JSON.stringify([state.after.modified, state.after.row, state.shown, state.page, expires]);
    const token = Buffer.from(`${digest(content, binding)}${content}`).toString('base64url');
    return { token, expires };
  }

  /** @throws ApiError TOKEN_BOUND_DATA_MISMATCH for a token of other parameters, EXPIRED_VALUE after 24 hours */
  read(token: string, binding: string): PageState {
    const text = Buffer.from(token, 'base64url').toString('utf8');
    const content = text.slice(16);
    if (digest(content, binding) !== text.slice(0, 16)) {
      throw new ApiError(400, 'TOKEN_BOUND_DATA_MISMATCH', 'Please check whether the input values are correct', {
        param_name: 'page_token',
      });
    }
    const [modified = 0, row = 0, shown = 0, page = 0, expires = 0] = JSON.parse(content) as number[];
    if (expires <= this.clock.now()) {
      const details = { api_name: 'page_token', json_path: '$.query.page_token' };
      throw new ApiError(400, 'EXPIRED_VALUE', 'Page token expired', details);
    }
    return { after: { modified, row }, shown, page };
  }
}

function digest(content: string, binding: string): string {
  return createHash('sha256').update(binding).update('\0').update(content).digest('hex').slice(0, 16);
}
