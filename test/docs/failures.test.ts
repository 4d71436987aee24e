import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { failureTable } from '../../dev/failure-table';
import type { FailureKind } from '../../src/temporal/contract/failure-kind';
import { FAILURES } from '../../src/temporal/contract/failures';

const ROOT = path.join(__dirname, '../..');
/** Files that turn registered kinds, or the failures of others, into Temporal's. */
const RAISING = new Set([
  'temporal/contract/failures.ts',
  'workflows/run/activity-failures.ts',
  'activities/failure-interceptor.ts',
  'activities/to-failure.ts',
]);

describe('the register of failures', () => {
  const kinds = Object.entries(FAILURES).flatMap(([group, members]) =>
    Object.entries<FailureKind>(members).map(([name, kind]) => ({ path: `FAILURES.${group}.${name}`, group, ...kind })),
  );
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, 'src', file), 'utf8') }));

  it('is what docs/failures.md says', () => {
    assert.equal(readFileSync(path.join(ROOT, 'docs/failures.md'), 'utf8'), failureTable());
  });

  it('has each type once', () => {
    const types = kinds.map(({ type }) => type);

    assert.deepEqual(types, [...new Set(types)]);
  });

  it('is the only place that spells a type', () => {
    const types = kinds.flatMap(({ type }) => (type.includes('.') ? [`'${type}'`, `\`${type}\``] : []));
    const copies = sources
      .filter(({ file }) => file !== 'temporal/contract/failures.ts')
      .flatMap(({ file, text }) =>
        types
          .filter((type) => text.includes(`${type},`) || text.includes(`${type})`))
          .map((type) => `${file}: ${type}`),
      );

    assert.deepEqual(copies, []);
  });

  it('is where every failure comes from that code raises', () => {
    const raising = sources.filter(({ text }) =>
      /ApplicationFailure\.(create|retryable|nonRetryable)|new ApplicationFailure\(/.test(text),
    );

    assert.deepEqual(
      raising.map(({ file }) => file).filter((file) => !RAISING.has(file)),
      [],
    );
  });

  it('has no failure that nothing raises', () => {
    const text = sources.map((source) => source.text).join('\n');
    // Those of Zoho and PostgreSQL are looked up by the category of an error.
    const unused = kinds.filter(({ group, path }) => group !== 'zoho' && group !== 'database' && !text.includes(path));

    assert.deepEqual(unused, []);
  });
});
