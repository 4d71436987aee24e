import { ApiError } from '../http/api-error';
import type { Comparing, Comparison, Condition } from './condition';
import { syntaxError, tokenize, type Token } from './coql-tokens';

const DEFAULT_LIMIT = 200;
const MAX_LIMIT = 2_000;
const MAX_REACH = 100_000;
const MAX_COLUMNS = 500;
const MAX_ORDERS = 10;
const MAX_GROUPS = 4;
const MAX_AGGREGATES = 5;

export const AGGREGATE_FUNCTIONS = ['count', 'sum', 'avg', 'min', 'max'] as const;
export type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number];

/** `sum(Amount) as total`; without an alias the key is the expression. */
export interface Aggregate {
  readonly function: AggregateFunction;
  readonly path: string;
  readonly key: string;
}

export interface CoqlQuery {
  readonly columns: readonly string[];
  readonly aggregates: readonly Aggregate[];
  readonly module: string;
  readonly condition: Condition;
  readonly groupBy: readonly string[];
  readonly order: readonly { readonly path: string; readonly descending: boolean }[];
  readonly offset: number;
  readonly limit: number;
}

const SYMBOLS: Readonly<Record<string, Comparison>> = {
  '=': 'equal',
  '!=': 'not_equal',
  '<>': 'not_equal',
  '>': 'greater_than',
  '>=': 'greater_equal',
  '<': 'less_than',
  '<=': 'less_equal',
};

/**
 * Reads a COQL query (COQL Overview): select with aggregates, from, where with brackets, group by, order by, limit and
 * offset. Names are not resolved here.
 * @throws ApiError SYNTAX_ERROR, LIMIT_EXCEEDED
 */
export function parseCoql(text: string): CoqlQuery {
  return new CoqlParser(text).parse();
}

class CoqlParser {
  readonly #tokens: Token[];
  #next = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokenize(text);
  }

  parse(): CoqlQuery {
    this.#keyword('select');
    const selected = this.#list(() => this.#column());
    const columns = selected.filter((column) => typeof column === 'string');
    const aggregates = selected.filter((column) => typeof column !== 'string');
    this.#keyword('from');
    const module = this.#name();
    if (!this.#isKeyword('where')) throw new ApiError(400, 'SYNTAX_ERROR', 'invalid query formed', { clause: 'where' });
    this.#keyword('where');
    const condition = this.#condition();
    const groupBy = this.#groupBy();
    const order = this.#order();
    const { offset, limit } = this.#limit();
    if (this.#peek().kind !== 'end') throw this.#error();
    const query = { columns, aggregates, module, condition, groupBy, order, offset, limit };
    checkLimits(query);
    return query;
  }

  #column(): string | Aggregate {
    const name = this.#name();
    if (!this.#isSymbol('(')) return name;
    const word = name.toLowerCase();
    const known = AGGREGATE_FUNCTIONS.find((candidate) => candidate === word);
    if (!known) throw this.#error();
    this.#symbol('(');
    const path = this.#name();
    this.#symbol(')');
    if (!this.#isKeyword('as')) return { function: known, path, key: `${name}(${path})` };
    this.#keyword('as');
    return { function: known, path, key: this.#name() };
  }

  #groupBy(): string[] {
    if (!this.#isKeyword('group')) return [];
    this.#keyword('group');
    this.#keyword('by');
    return this.#list(() => this.#name());
  }

  #order(): CoqlQuery['order'] {
    if (!this.#isKeyword('order')) return [];
    this.#keyword('order');
    this.#keyword('by');
    return this.#list(() => {
      const path = this.#name();
      const descending = this.#isKeyword('desc');
      if (descending || this.#isKeyword('asc')) this.#next++;
      return { path, descending };
    });
  }

  /** `limit count`, `limit offset, count` or `limit count offset offset`. */
  #limit(): { offset: number; limit: number } {
    let offset = 0;
    let limit = DEFAULT_LIMIT;
    if (this.#isKeyword('limit')) {
      this.#keyword('limit');
      limit = this.#whole();
      if (this.#isSymbol(',')) {
        this.#next++;
        offset = limit;
        limit = this.#whole();
      }
    }
    if (this.#isKeyword('offset')) {
      this.#keyword('offset');
      offset = this.#whole();
    }
    return { offset, limit };
  }

  /** One condition, or two joined: three and more have to be bracketed in pairs. */
  #condition(): Condition {
    const first = this.#operand();
    const word = this.#isKeyword('and') ? 'and' : this.#isKeyword('or') ? 'or' : undefined;
    if (word === undefined) return first;
    this.#keyword(word);
    const parts = [first, this.#operand()];
    if (this.#isKeyword('and') || this.#isKeyword('or')) throw this.#error();
    return word === 'and' ? { all: parts } : { any: parts };
  }

  #operand(): Condition {
    if (!this.#isSymbol('(')) return this.#comparing();
    this.#symbol('(');
    const inner = this.#condition();
    this.#symbol(')');
    return inner;
  }

  #comparing(): Comparing {
    const path = this.#name();
    const token = this.#peek();
    const bySymbol = token.kind === 'symbol' ? SYMBOLS[token.value] : undefined;
    if (bySymbol) {
      this.#next++;
      return { path, comparison: bySymbol, operands: [this.#value()] };
    }
    if (this.#isKeyword('is')) {
      this.#keyword('is');
      const negative = this.#not();
      this.#keyword('null');
      return { path, comparison: negative ? 'not_empty' : 'empty', operands: [] };
    }
    const negative = this.#not();
    if (this.#isKeyword('in')) {
      this.#keyword('in');
      this.#symbol('(');
      const operands = this.#list(() => this.#value());
      this.#symbol(')');
      return { path, comparison: negative ? 'not_in' : 'in', operands };
    }
    if (this.#isKeyword('between')) {
      this.#keyword('between');
      const low = this.#value();
      this.#keyword('and');
      return { path, comparison: negative ? 'not_between' : 'between', operands: [low, this.#value()] };
    }
    this.#keyword('like');
    return this.#like(path, negative);
  }

  /** `x%`, `%x`, `%x%` and a text without `%`. */
  #like(path: string, negative: boolean): Comparing {
    const pattern = this.#value();
    const [, front, text = '', back] = /^(%?)(.*?)(%?)$/s.exec(pattern) ?? [];
    if (text.includes('%') || (negative && !(front && back))) throw this.#error();
    const comparison = front && back ? 'contains' : front ? 'ends_with' : back ? 'starts_with' : 'equal';
    return { path, comparison: negative ? 'not_contains' : comparison, operands: [text] };
  }

  #not(): boolean {
    const found = this.#isKeyword('not');
    if (found) this.#next++;
    return found;
  }

  #list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.#isSymbol(',')) {
      this.#next++;
      items.push(item());
    }
    return items;
  }

  /** A name, in quotes of either kind or in none. */
  #name(): string {
    const token = this.#take();
    if (token.kind !== 'word' && token.kind !== 'text') throw this.#error(token);
    return token.value;
  }

  #value(): string {
    const token = this.#take();
    const literal = token.kind === 'word' && /^(true|false)$/i.test(token.value);
    if (token.kind !== 'text' && token.kind !== 'number' && !literal) throw this.#error(token);
    return literal ? token.value.toLowerCase() : token.value;
  }

  #whole(): number {
    const token = this.#take();
    if (token.kind !== 'number' || !/^\d+$/.test(token.value)) throw this.#error(token);
    return Number(token.value);
  }

  #keyword(word: string): void {
    if (!this.#isKeyword(word)) throw this.#error();
    this.#next++;
  }

  #isKeyword(word: string): boolean {
    const token = this.#peek();
    return token.kind === 'word' && token.value.toLowerCase() === word;
  }

  #symbol(symbol: string): void {
    if (!this.#isSymbol(symbol)) throw this.#error();
    this.#next++;
  }

  #isSymbol(symbol: string): boolean {
    const token = this.#peek();
    return token.kind === 'symbol' && token.value === symbol;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', value: '', at: this.text.length };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #error(token: Token = this.#peek()): ApiError {
    return syntaxError(this.text, token.at);
  }
}

function checkLimits({ columns, aggregates, groupBy, order, offset, limit }: CoqlQuery): void {
  const exceeded = (details: Record<string, unknown>): ApiError =>
    new ApiError(400, 'LIMIT_EXCEEDED', 'limit exceeded', details);
  if (columns.length > MAX_COLUMNS) throw exceeded({ limit: MAX_COLUMNS, clause: 'select' });
  if (aggregates.length > MAX_AGGREGATES) throw exceeded({ limit: MAX_AGGREGATES, clause: 'select' });
  if (groupBy.length > MAX_GROUPS) throw exceeded({ limit: MAX_GROUPS, clause: 'group by' });
  if (order.length > MAX_ORDERS) throw exceeded({ limit: MAX_ORDERS, clause: 'order by' });
  if (limit > MAX_LIMIT) throw exceeded({ limit: MAX_LIMIT, clause: 'limit' });
  if (offset + limit > MAX_REACH) throw exceeded({ limit: MAX_REACH, clause: 'offset' });
}
