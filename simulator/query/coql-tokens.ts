import { ApiError } from '../http/api-error';

/** A piece of a COQL query and where it stands. */
export interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'symbol' | 'end';
  readonly value: string;
  /** Counted from 0. */
  readonly at: number;
}

const WORD = /[A-Za-z_$][\w$]*(?:(?:\.|->)[A-Za-z_$][\w$]*)*/y;
const NUMBER = /-?\d+(?:\.\d+)?/y;
const SYMBOL = /!=|<>|>=|<=|[=<>(),#*]/y;

export function syntaxError(query: string, at: number): ApiError {
  const before = query.slice(0, at).split('\n');
  return new ApiError(400, 'SYNTAX_ERROR', 'invalid query formed', {
    near: query.slice(at, at + 20),
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
  });
}

/** Splits a query. Quotes inside a text are doubled. @throws ApiError SYNTAX_ERROR */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const character = query[at] ?? '';
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    const token = character === "'" || character === '"' ? quotedText(query, at) : plainToken(query, at);
    tokens.push(token.token);
    at = token.end;
  }
  tokens.push({ kind: 'end', value: '', at });
  return tokens;
}

function plainToken(query: string, at: number): { token: Token; end: number } {
  for (const [kind, pattern] of [
    ['word', WORD],
    ['number', NUMBER],
    ['symbol', SYMBOL],
  ] as const) {
    pattern.lastIndex = at;
    const value = pattern.exec(query)?.[0];
    if (value !== undefined) return { token: { kind, value, at }, end: at + value.length };
  }
  throw syntaxError(query, at);
}

function quotedText(query: string, start: number): { token: Token; end: number } {
  const quote = query[start] ?? '';
  let value = '';
  for (let at = start + 1; at < query.length; at++) {
    if (query[at] !== quote) value += query[at] ?? '';
    else if (query[at + 1] === quote) value += query[at++] ?? '';
    else return { token: { kind: 'text', value, at: start }, end: at + 1 };
  }
  throw syntaxError(query, start);
}
