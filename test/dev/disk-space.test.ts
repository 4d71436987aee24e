import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'mocha';
import { requireDiskSpace } from '../../dev/disk-space';

describe('requireDiskSpace', () => {
  it('is content where there is room', async () => {
    await requireDiskSpace(tmpdir(), 0);
  });

  it('says in one sentence how much is missing and what to do', async () => {
    await assert.rejects(
      requireDiskSpace(tmpdir(), Number.MAX_SAFE_INTEGER),
      /has \d+ MB of disk space left and \d+ MB are needed: make room, or set PULSE_HOME to a folder on another disk\.$/,
    );
  });
});
