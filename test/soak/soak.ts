import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median } from '../../bench/median';
import { projectRoot } from '../../dev/project-root';
import { forgetOldValues } from '../../src/db/maintenance/retention';
import { useEngineApi } from '../support/use-engine';
import { plot } from './plot';
import { openWorkflows, spooledFiles, type Sample } from './samples';
import { DAYS_PER_WEEK, MODULES, Weeks } from './weeks';

const ROWS = 3_000;
const ALL_WEEKS = 8;
const WEEKS = Number(process.env['PULSE_SOAK_WEEKS'] ?? ALL_WEEKS);
const LONGEST_MS = 4 * 3_600_000;
/** Steps of histories after which Temporal warns; a workflow continues as new before. */
const MOST_EVENTS = 2_000;
/** Ages that `npm start` has, in days. */
const RETENTION = {
  sentDays: 30,
  deletedDays: 90,
  logDays: 180,
  historyDays: 400,
  fenceDays: 400,
  runDays: 400,
  ledgerDays: 90,
};

describe(`${WEEKS} weeks of an organization`, function () {
  this.timeout(LONGEST_MS);
  const spool = mkdtempSync(path.join(tmpdir(), 'pulse-soak-spool-'));
  const api = useEngineApi({ worker: { PULSE_NOTIFICATIONS: 'true', PULSE_SPOOL_DIR: spool } });
  let weeks: Weeks;

  before(async function () {
    this.timeout(LONGEST_MS);
    const org = await api().engine.org({ contacts: ROWS, leads: ROWS, tokenThrottle: false });
    weeks = new Weeks(api().engine, org, (line) => process.stderr.write(`${line}\n`));
    await weeks.begin();
    await weeks.play(WEEKS);
    const file =
      WEEKS >= ALL_WEEKS ? path.join(projectRoot(), 'docs', 'soak.svg') : path.join(tmpdir(), 'pulse-soak.svg');
    await writeFile(file, plot(weeks.samples));
    process.stderr.write(`Drawn in ${file}\n`);
  });
  after(async () => {
    await rm(spool, { recursive: true, force: true });
  });

  it('leave the mirror as Zoho has it on every Sunday', () => {
    assert.deepEqual(weeks.differences, []);
  });

  it('leave no history of a workflow that grows without end', () => {
    const most = Math.max(...weeks.samples.map(({ historyEvents }) => historyEvents));
    assert.ok(most < MOST_EVENTS, `${most} events`);
  });

  it('leave nothing that should have been forgotten', async () => {
    const { forgotten } = await forgetOldValues(api().engine.knex, RETENTION, new Date());
    assert.deepEqual(forgotten, {});
  });

  it('leave no workflow open but those that never end, and no file', async () => {
    assert.deepEqual([await openWorkflows(api().engine), await spooledFiles(spool)], [[], []]);
  });

  it('leave nothing that waits for a person, and no alert', async () => {
    const [row] = await api().engine.query<{ waiting: number; alerts: string[] | null }>(
      `select (select count(*)::int from sync.approvals where state = 'waiting') as waiting,
         (select array_agg(kind) from sync.alerts where closed_at is null) as alerts`,
    );
    assert.deepEqual([row?.waiting, row?.alerts ?? []], [0, []]);
  });

  for (const { figure, share } of [
    { figure: 'workerMb', share: 1.05 },
    { figure: 'mirrorBytesPerRow', share: 1.1 },
  ] as const) {
    it(`leave the ${figure} of the last two weeks at most ${share} times that of the third and fourth`, function () {
      if (WEEKS < ALL_WEEKS) {
        process.stderr.write(`Not looked at: it needs ${ALL_WEEKS} weeks, and there were ${WEEKS}.\n`);
        this.skip();
      }
      const late = middleOf(weeks.samples, WEEKS - 2, figure);
      const early = middleOf(weeks.samples, 2, figure);
      assert.ok(late <= early * share, `${late} after ${early}, of ${MODULES.join(' and ')}`);
    });
  }
});

/** Median of two weeks. */
function middleOf(samples: readonly Sample[], week: number, figure: 'workerMb' | 'mirrorBytesPerRow'): number {
  const days = samples.slice(week * DAYS_PER_WEEK, (week + 2) * DAYS_PER_WEEK);
  return median(days.map((sample) => sample[figure]));
}
