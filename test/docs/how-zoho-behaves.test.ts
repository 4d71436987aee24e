import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../dev/project-root';

const ROOT = projectRoot();
const TEXT = readFileSync(path.join(ROOT, 'docs/zoho-behaviour.md'), 'utf8');
const [, , ...ROWS] = TEXT.split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

interface NamedTest {
  readonly file: string;
  readonly title: string;
}

describe('the table of how Zoho behaves', () => {
  it('has five filled columns in each row', () => {
    const odd = ROWS.filter((cells) => cells.length !== 7 || cells.slice(1, 6).some((cell) => cell === ''));

    assert.deepEqual(odd, []);
  });

  it('is sorted by topic', () => {
    const topics = ROWS.map(([, topic = '']) => topic);

    assert.deepEqual(topics, topics.toSorted());
  });

  it('names tests that there are, by words of their titles', () => {
    const missing = ROWS.flatMap(([, , , , , tests = '']) => testsIn(tests)).filter(
      ({ file, title }) => !existsSync(path.join(ROOT, file)) || !textOf(file).includes(title),
    );

    assert.deepEqual(missing, []);
  });

  it('cites pages whose addresses it has', () => {
    const cited = ROWS.flatMap(([, , , source = '']) => [...source.matchAll(/\[([\w-]+)\](?!\()/g)]);
    const missing = cited.filter(([, name = '']) => !TEXT.includes(`\n[${name}]: https://www.zoho.com/`));

    assert.deepEqual(
      missing.map(([, name]) => name),
      [],
    );
  });
});

/** `` `path`: title; `path`: title `` */
function testsIn(cell: string): NamedTest[] {
  return cell.split(/; (?=`)/).map((part) => {
    const [, file = part, title = ''] = /^`([^`]+)`: (.+)$/.exec(part) ?? [];
    return { file, title };
  });
}

function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
