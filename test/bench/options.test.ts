import assert from 'node:assert/strict';
import { parseOptions, UsageError } from '../../bench/options';

describe('parseOptions', () => {
  it('leaves the path to the planner and Zoho fast unless asked otherwise', () => {
    const options = parseOptions(['full-sync', '--rows', '1000']);

    assert.deepEqual(options, {
      command: 'full-sync',
      rows: 1000,
      path: undefined,
      zoho: 'fast',
      cold: false,
      json: false,
      chunks: false,
      keep: false,
    });
  });

  it('reads every option', () => {
    const options = parseOptions(
      'full-sync --rows 7 --path list --zoho realistic --cold --json --chunks --keep'.split(' '),
    );

    assert.deepEqual(options, {
      command: 'full-sync',
      rows: 7,
      path: 'list',
      zoho: 'realistic',
      cold: true,
      json: true,
      chunks: true,
      keep: true,
    });
  });

  for (const wrong of [
    '',
    'half-sync',
    'full-sync again',
    'full-sync --rows 0',
    'full-sync --rows 1e6',
    'full-sync --path coql',
    'full-sync --zoho slow',
    'full-sync --verbose',
  ]) {
    it(`refuses "${wrong}"`, () => {
      assert.throws(() => parseOptions(wrong.split(' ').filter(Boolean)), UsageError);
    });
  }
});
