import { invalidMethod, invalidUrl } from './api-error';
import type { Exchange, Reply } from './exchange';

/** The scopes that open a route: one of them is enough. `{module}` stands for the module in the path. */
export type Scopes = readonly string[];

/** One operation of the API. */
export interface Route {
  /** Name in call counters and fault plans, e.g. `listRecords`. */
  readonly operation: string;
  readonly method: string;
  /** `/`-separated; `:name` takes one segment. */
  readonly path: string;
  readonly scopes: Scopes;
  readonly credits: number | ((exchange: Exchange) => number);
  /** Counts against the sub-concurrency limit. */
  readonly heavy?: (exchange: Exchange) => boolean;
  readonly handle: (exchange: Exchange) => Reply | Promise<Reply>;
}

interface Compiled {
  readonly route: Route;
  readonly segments: readonly string[];
}

/** Finds the route of a request. Literal segments win over parameters by order of registration. */
export class Router {
  readonly #bySize = new Map<number, Compiled[]>();
  readonly routes: readonly Route[];

  constructor(routes: readonly Route[]) {
    this.routes = routes;
    for (const route of routes) {
      const segments = route.path.split('/').slice(1);
      const same = this.#bySize.get(segments.length) ?? [];
      same.push({ route, segments });
      this.#bySize.set(segments.length, same);
    }
  }

  /**
   * @throws ApiError INVALID_URL_PATTERN for an unknown path, INVALID_REQUEST_METHOD for a known one with another method
   */
  match(method: string, path: string): { route: Route; params: Record<string, string> } {
    const given = path.split('/').slice(1).map(decodeSegment);
    let pathKnown = false;
    for (const { route, segments } of this.#bySize.get(given.length) ?? []) {
      const params = matchSegments(segments, given);
      if (!params) continue;
      if (route.method === method) return { route, params };
      pathKnown = true;
    }
    throw pathKnown ? invalidMethod() : invalidUrl();
  }
}

function matchSegments(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [place, segment] of segments.entries()) {
    const value = given[place] ?? '';
    if (segment === ':version') {
      if (!/^v[2-8](\.\d)?$/.test(value)) return undefined;
      params['version'] = value;
    } else if (segment.startsWith(':')) {
      params[segment.slice(1)] = value;
    } else if (segment !== value) {
      return undefined;
    }
  }
  return params;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
