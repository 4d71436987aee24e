import type { Shape } from './shape';

/**
 * One call. In path, query, headers and body `{{2/data/0/details/id}}` stands for what the answer of call 2 (from 0)
 * holds there, and `{{now+3600s}}` for a time so many seconds ahead.
 */
export interface TranscriptCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Only those that change what the call does; never a token. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly answer: { readonly status: number; readonly shape: Shape };
}

export interface Transcript {
  readonly about: string;
  readonly calls: readonly TranscriptCall[];
}

/** Headers that change what a call does. */
export const RECORDED_HEADERS = ['if-unmodified-since', 'if-modified-since', 'x-external'] as const;

const PLACEHOLDER = /\{\{(?:(\d+)((?:\/[^/{}]+)+)|now\+(\d+)s)\}\}/g;
/** Ids and times: what one call takes from the answer of another. */
const HANDED_ON = /^(\d{15,19}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))$/;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)/g;
const DAY_MS = 86_400_000;

/** Puts places of earlier answers, and of the clock, where a request has their values. */
export function withPlaceholders<T>(request: T, answers: readonly unknown[], now: number): T {
  const places = new Map<string, string>();
  answers.forEach((answer, call) => {
    for (const [place, value] of leaves(answer)) {
      if (HANDED_ON.test(value) && !places.has(value)) places.set(value, `{{${call}${place}}}`);
    }
  });
  return mapTexts(request, (text) => {
    let changed = text;
    for (const [value, place] of places) changed = changed.replaceAll(value, place);
    return changed.replaceAll(TIME, (time) => {
      const ahead = Date.parse(time) - now;
      return ahead > 0 && ahead < 8 * DAY_MS ? `{{now+${Math.round(ahead / 60_000) * 60}s}}` : time;
    });
  });
}

/**
 * Puts values in the place of placeholders.
 * @throws Error when an answer does not hold what a later call needs
 */
export function resolved<T>(request: T, answers: readonly unknown[], now: number): T {
  return mapTexts(request, (text) =>
    text.replaceAll(PLACEHOLDER, (_, call?: string, place?: string, seconds?: string) => {
      if (seconds !== undefined) return `${new Date(now + Number(seconds) * 1000).toISOString().slice(0, 19)}+00:00`;
      const value = valueAt(answers[Number(call)], place ?? '');
      if (typeof value === 'string') return value;
      throw new Error(`call ${call} answered nothing at ${place}, which a later call needs`);
    }),
  );
}

function valueAt(answer: unknown, place: string): unknown {
  return place
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      answer,
    );
}

function leaves(value: unknown, place = ''): [place: string, value: string][] {
  if (typeof value === 'string') return [[place, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => leaves(member, `${place}/${key}`));
}

function mapTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((member: unknown) => mapTexts(member, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapTexts(member as unknown, change)]),
  ) as T;
}
