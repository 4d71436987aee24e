import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { CREDITS, LIMITS } from '../../src/domain/zoho-limits';

const SRC = path.join(__dirname, '../../src');
/** The parts that speak with Zoho or plan it. Elsewhere a 200 is a status of HTTP, or a limit of our own API. */
const FOLDERS = ['zoho', 'domain/planning', 'domain/records', 'activities', 'workflows'];
/** Smaller numbers are everywhere: they say nothing. */
const LEAST = 9;
/** Calls that take a status of HTTP. */
const STATUS_CALLS = ['classifyEnvelope', 'decode', 'parseAnswer', 'unexpectedAnswer', 'unreadableAnswer'];
/** Files that round and count in percent. */
const PERCENT_FILES = ['domain/planning/plan.ts', 'domain/records/field-coverage.ts'];
/** Constants that are ours and only happen to be equal to a number of Zoho's. */
const OWN =
  `BY_IDS CANDIDATES_PER_BATCH CHUNKS DELETE_SEQUENCES_PER_STEP ENTRIES_AT_A_TIME LISTEN_MS MAX_ASKED MAX_AUDITED MAX_DEPTH
  MAX_DOUBT_CALLS MAX_JSON_NAMES MAX_LENGTH MAX_LIFETIME_SECONDS MAX_RETRIED_RECORDS MAX_SPARE MOST_AT_A_TIME
  MOST_CALLS OUTCOMES_PER_STATEMENT ROUNDS ROWS_FOR_TWO_ENDS ROWS_PER_BATCH ROWS_PER_STATEMENT`.split(/\s+/);

const zohoNumbers = new Set(numbersOf([LIMITS, CREDITS]).filter((value) => value >= LEAST));

describe("Zoho's numbers", () => {
  it('stand as numbers in no other file', () => {
    const found = FOLDERS.flatMap((folder) => {
      const root = path.join(SRC, folder);
      const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
      return files.flatMap((file) => literalsIn(path.join(folder, file), readFileSync(path.join(root, file), 'utf8')));
    });

    assert.deepEqual(found, []);
  });

  it('are found where they stand a second time', () => {
    const text = `
      const PAGE_ROWS = 200;
      if (rows > 25_000) throw new Error(\`at most \${LIMITS.bulkWrite.rows}\`);
      list({ perPage: 100 });`;

    assert.deepEqual(literalsIn('a.ts', text), ['a.ts: 200', 'a.ts: 25_000', 'a.ts: 100']);
  });

  it('are not taken for statuses, units, bytes and our own constants', () => {
    const text = `
      if (status === 200 || answer.status >= 500) return;
      const data = decode(Rows, body, label, 200);
      const seconds = ms / 1000;
      const PAUSE_MS = 2_000;
      const isFull = byte === 0xff;
      const MOST_READ = 16 * 1024;
      const MAX_DEPTH = 25;`;

    assert.deepEqual(literalsIn('a.ts', text), []);
  });
});

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

function literalsIn(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNumericLiteral(node) && zohoNumbers.has(Number(node.text)) && !isOurs(node, file)) {
      found.push(`${file}: ${node.getText()}`);
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

function isOurs(literal: ts.NumericLiteral, file: string): boolean {
  const text = literal.getText();
  if (PERCENT_FILES.includes(file) && ['10', '100'].includes(text)) return true;
  return text.startsWith('0x') || text === '1000' || isOfBytes(literal) || isStatus(literal) || isOurConstant(literal);
}

function isOfBytes({ parent }: ts.NumericLiteral): boolean {
  return ts.isBinaryExpression(parent) && parent.right.getText() === '1024';
}

function isStatus({ parent }: ts.NumericLiteral): boolean {
  if (ts.isBinaryExpression(parent)) return /status(Code)?$/.test(parent.left.getText());
  return ts.isCallExpression(parent) && STATUS_CALLS.includes(parent.expression.getText());
}

function isOurConstant(literal: ts.Node): boolean {
  for (let node = literal; !ts.isSourceFile(node); node = node.parent) {
    if (ts.isVariableDeclaration(node)) {
      const name = node.name.getText();
      return OWN.includes(name) || /_(MS|SECONDS|MINUTES)$/.test(name) || /^[A-Z_]*SECONDS_PER_/.test(name);
    }
  }
  return false;
}
