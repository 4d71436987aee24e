import { setTimeout as sleep } from 'node:timers/promises';
import type { SwitchValues } from '../../simulator/switches';
import type { SyncSessionModel } from '../../src/db/models/sync-session';
import type { SyncResult } from '../../src/temporal/contract/sync-messages';
import { Org, type OrgOptions } from '../support/org';
import { CrashPlan, crashPlans } from './crashes';
import { Dice } from './dice';
import { handOf, SHORT_SEEDS, type Hand } from './hand';
import type { ModelEngine } from './model-engine';
import { disturbNotices, leave, openChannels, settleNotices } from './notices';
import { burst, operate, reveal } from './operations';
import { findDifferences, type Difference } from './oracle';
import { runSync, type Sync } from './sessions';
import type { Tally } from './tally';
import { tamper } from './tampering';
import { World } from './world';

const SHOWN = 15;
const UNKNOWN_ID = '5500000999999999999';
/** Looks at a mirror that changes meanwhile, and the time between two. */
const LOOKS = 30;
const LOOK_MS = 500;
/** Longer than a clock of answers is behind. */
const BEHIND_MS = 660_000;
/** Failures that a session may end with while the world is not still, by the beginning of their message. */
const EXPECTED_FAILURES = [
  /^Zoho counts \d+ rows .*rows are missing/,
  /has no completed full sync that changes could be added to/,
  /records of \w+ do not fit/,
];

/** Clocks that differ from the worker's: that of the `Date` of answers, and Zoho's own by so many milliseconds. */
export const CLOCKS: readonly { readonly dateHeader?: SwitchValues['dateHeader']; readonly offsetMs?: number }[] = [
  {},
  {},
  {},
  { offsetMs: -600_000 },
  { offsetMs: 1_800_000 },
  { dateHeader: 'absent' },
  { dateHeader: 'ten_minutes_ahead' },
  { dateHeader: 'ten_minutes_behind' },
];

interface Scene {
  /** Steps of a short play that are sure. */
  readonly hand: Hand | undefined;
  /** Zoho tells of changes. */
  readonly isNotified: boolean;
  readonly engine: ModelEngine;
  readonly org: Org;
  readonly world: World;
  readonly crashes: CrashPlan;
  readonly dice: Dice;
}

interface Cast {
  readonly modules: readonly string[];
  readonly weight: number;
}

/** Modules that are synced together, those that lookups point to first. */
const CASTS: readonly Cast[] = [
  { modules: ['Deals'], weight: 3 },
  { modules: ['Accounts', 'Contacts', 'Deals'], weight: 3 },
  { modules: ['Contacts'], weight: 1 },
  { modules: ['Accounts'], weight: 1 },
  { modules: ['Leads'], weight: 2 },
  { modules: ['Model_Module'], weight: 2 },
];

/** Those of short plays, in turn. The first and the second have as many rows as are asked for. */
export const SHORT_CASTS: readonly Pick<Cast, 'modules'>[] = [
  { modules: ['Model_Module'] },
  { modules: ['Deals'] },
  { modules: ['Accounts', 'Contacts'] },
  { modules: ['Leads'] },
];

/** Plays one seed to its end. @throws Error with the seed, what differs, and all that happened */
export async function play(engine: ModelEngine, seed: number, tally: Tally): Promise<void> {
  const scene = await prepare(engine, seed, tally);
  const { org, world, crashes } = scene;
  try {
    await disturb(scene);
    await comeToRest(scene);
  } catch (error) {
    const log = world.journal.map((line) => `  ${line.slice(0, 400)}`).join('\n');
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Seed ${seed}: ${message}\nReplay: PULSE_MODEL_SEED=${seed} npm test -- test/model\nWhat happened:\n${log}`,
      { cause: error },
    );
  } finally {
    await leave(org);
    await crashes.settled();
    for (const [name, plan] of crashPlans) if (plan === crashes) crashPlans.delete(name);
    await org.simulator.close();
  }
}

async function prepare(engine: ModelEngine, seed: number, tally: Tally): Promise<Scene> {
  const dice = new Dice(`seed ${seed}`);
  const hand = seed <= SHORT_SEEDS ? handOf(seed) : undefined;
  const { modules } = hand ? atPlace(SHORT_CASTS, hand.place) : dice.weighted(CASTS);
  const rows = hand?.rows ?? (!hand && dice.chance(0.2) ? dice.between(190, 450) : dice.between(0, 60));
  const clocks = hand ? atPlace(CLOCKS, hand.place) : dice.pick(CLOCKS);
  const options: OrgOptions = {
    seed,
    deals: rows,
    contacts: Math.min(rows, 60),
    accounts: Math.min(rows, 30),
    leads: rows,
    users: 5,
    traps: false,
    tokenThrottle: false,
    bulkJobMs: dice.pick([0, 0, 30]),
    switches: {
      ...(clocks.dateHeader && { dateHeader: clocks.dateHeader }),
      modifiedSinceInclusive: dice.chance(0.5),
      pageTokens: dice.pick(['live', 'snapshot']),
      notificationOrder: dice.pick(['kept', 'shuffled']),
      missingRecord: dice.pick([204, 400, 404]),
      bulkReadDatetimeOffset: dice.pick(['user', 'utc']),
      bulkReadBom: dice.chance(0.5),
      bulkReadColumnOrder: dice.pick(['requested', 'metadata']),
      bulkReadEmptyFile: dice.pick(['header', 'empty']),
      modifiedByFormula: dice.chance(0.5),
      modifiedByRestore: dice.chance(0.5),
    },
  };
  const isNotified = hand ? hand.trouble !== undefined : dice.chance(0.3);
  const org = await Org.connect(engine.parts, options);
  if (modules.includes('Model_Module')) org.zoho.addModule({ apiName: 'Model_Module', rows, fields: 12 });
  const world = new World(org.zoho.simulation, modules, dice.fork('world'), tally);
  if (clocks.offsetMs) world.simulation.clock.advance(clocks.offsetMs);
  world.note(`${modules.join()} with ${rows} rows, ${JSON.stringify(clocks)}, ${JSON.stringify(options.switches)}`);
  const crashes = new CrashPlan(dice.fork('crashes'), tally);
  crashes.share = dice.pick([0, 0.05, 0.15, 0.3]);
  crashPlans.set(org.name, crashes);
  tally.count('modules', modules.join('+'));
  tally.count('clocks', JSON.stringify(clocks));
  return { hand, isNotified, engine, org, world, crashes, dice: dice.fork('play') };
}

function atPlace<T>(items: readonly T[], place: number): T {
  const item = items[place % items.length];
  if (item === undefined) throw new Error('There is nothing to take.');
  return item;
}

/** Changes and syncs in turn; a module's first sync is nearly always a full one, since no other has any use. */
async function disturb(scene: Scene): Promise<void> {
  const { hand, isNotified, engine, org, world, dice } = scene;
  for (let step = world.modules.length + (hand ? 0 : dice.between(1, 4)); step > 0; step -= 1) {
    if (dice.chance(0.8)) burst(world, 5);
    if (dice.chance(0.25)) await tamper(org, world, dice.pick(world.modules));
    if (dice.chance(0.3)) world.simulation.clock.advance(dice.pick([1_000, 60_000, 600_000, 26 * 3_600_000]));
    const sync = randomSync(world, dice);
    if (dice.chance(0.04)) restart(scene);
    if (isNotified) disturbNotices(org, world);
    const session = await runSync(org, world, { ...sync, kill: engine.isKilled ? () => restart(scene) : undefined });
    if (session) await judge(scene, sync, session);
    if (isNotified && session?.status === 'completed') await openChannels(org, world);
  }
  if (hand) await playHand(scene, hand);
}

/** Does what a short play is to do in any case, to mirrors that have been filled. */
async function playHand(scene: Scene, { operations, way, sync, trouble, restarts }: Hand): Promise<void> {
  const { org, world, dice } = scene;
  for (const module of world.modules) {
    if (world.unread.has(module)) await runSync(org, world, { kind: 'full', module, options: {}, isQuiet: true });
  }
  if (trouble) {
    await openChannels(org, world);
    disturbNotices(org, world, trouble);
  }
  for (const operation of operations) operate(world, operation);
  const module = dice.pick(world.modules);
  await tamper(org, world, module, way);
  if (restarts) restart(scene);
  const chosen = sync.kind === 'chosen' && { ids: dice.some([...world.ids(module), UNKNOWN_ID], 20) };
  const dealt = { ...sync, module, ...chosen, isQuiet: true };
  const session = await runSync(org, world, dealt);
  if (session) await judge(scene, dealt, session);
}

function restart({ engine, world }: Scene): void {
  world.note('another worker takes the place of this one');
  world.tally.count('worker', 'another one');
  engine.restartWorker();
}

function randomSync(world: World, dice: Dice): Sync {
  const unread = world.modules.filter((name) => world.unread.has(name));
  const module = dice.pick(unread.length > 0 && dice.chance(0.8) ? unread : world.modules);
  const isFull = dice.chance(world.unread.has(module) ? 0.9 : 0.35);
  const isQuiet = dice.chance(0.3);
  const ids = dice.some([...world.ids(module), UNKNOWN_ID], 20);
  const kind = isFull ? 'full' : dice.pick(['incremental', 'incremental', 'incremental', 'clock', 'chosen'] as const);
  if (kind === 'chosen' && !world.unread.has(module)) return { kind, module, options: {}, ids, isQuiet };
  if (kind === 'clock' || kind === 'chosen') return { kind: 'clock', module, options: {}, isQuiet };
  const isPartial = dice.chance(0.12);
  const names = world.opened(module).module.columns.map(({ field }) => field.apiName);
  const options = {
    ...(isPartial && { fields: dice.some(names, 5) }),
    ...(isFull && {
      path: dice.pick(['list', 'bulk'] as const),
      compare: dice.pick(['values', 'values', 'times'] as const),
    }),
  };
  return { kind, module, options, isQuiet };
}

/** A session that completed has all but what changed since it began, and what no list of changes shows. */
async function judge({ org, world }: Scene, sync: Sync, session: SyncSessionModel): Promise<void> {
  const { kind, module, options } = sync;
  if (session.status === 'failed') {
    const message = session.errorMessage ?? '';
    if (EXPECTED_FAILURES.some((expected) => expected.test(message))) return;
    throw new Error(`The session failed: ${message}\n${(await org.logOf(session.id)).join('\n')}`);
  }
  if (session.status !== 'completed' || options.fields || saysThatCountsDiffer(session)) return;
  if (kind !== 'chosen') world.wasRead(module, kind === 'full' && options.compare !== 'times');
  const isExplained = world.explains(module, sync.ids);
  const unexplained = async () =>
    world.unread.has(module) ? [] : (await findDifferences(org, module)).filter(({ id }) => !isExplained(id));
  // What Zoho tells of may be read at this moment, a record now and its quarantine next.
  for (let looks = LOOKS; looks > 1 && (await unexplained()).length > 0; looks -= 1) await sleep(LOOK_MS);
  const found = await unexplained();
  if (found.length > 0) await fail(org, session, found);
}

/** Counts that differ for no reason that was found are a warning of an incremental sync, and the work of a full one. */
function saysThatCountsDiffer({ verification }: SyncSessionModel): boolean {
  return verification?.kind === 'counts' && verification.outcome !== 'agreed';
}

async function fail(
  org: Org,
  { id, sessionType }: SyncSessionModel,
  differences: readonly Difference[],
): Promise<never> {
  const lines = differences.slice(0, SHOWN).map((difference) => `  ${difference.id} ${difference.what}`);
  const log = (await org.logOf(id)).map((line) => `  ${line}`);
  throw new Error(
    `The ${sessionType} completed, and ${differences.length} things differ:\n${lines.join('\n')}\nIts log:\n${log.join('\n')}`,
  );
}

/** Nothing changes any more: a last full sync of each module makes the mirror right, and the next ones find nothing. */
async function comeToRest({ hand, org, world, dice }: Scene): Promise<void> {
  world.note('at rest');
  // A clock that is behind dates a read before a delete that it follows: for as long a restored record counts as missing.
  if (world.simulation.switches.read('dateHeader') === 'ten_minutes_behind') world.simulation.clock.advance(BEHIND_MS);
  for (const module of world.modules) reveal(world, module);
  await settleNotices(org);
  for (const module of world.modules) {
    const options = { allowMassDelete: true };
    if (!hand || dice.chance(0.3)) await runSync(org, world, { kind: 'incremental', module, options, isQuiet: true });
    await assertMirrored(org, await restingSync(org, world, { kind: 'full', module, options, isQuiet: true }));
  }
  const module = dice.pick(world.modules);
  const kinds = ['incremental', 'full'] as const;
  for (const kind of hand ? kinds.filter(() => dice.chance(0.25)) : kinds) {
    const session = await restingSync(org, world, { kind, module, options: {}, isQuiet: true });
    const { created, updated, deleted } = session.result as unknown as SyncResult;
    if (session.status === 'completed' && created + updated + deleted > 0) {
      const found = `${created} created, ${updated} updated, ${deleted} deleted`;
      throw new Error(`Nothing had changed, and the next ${kind} sync of ${module} found ${found}.`);
    }
    await assertMirrored(org, session);
  }
}

async function assertMirrored(org: Org, session: SyncSessionModel): Promise<void> {
  const differences = await findDifferences(org, session.moduleName);
  if (differences.length > 0) await fail(org, session, differences);
}

/** A sync that nothing disturbs. @throws Error when it fails for another reason than that most records do not fit */
async function restingSync(org: Org, world: World, sync: Sync): Promise<SyncSessionModel> {
  const session = await runSync(org, world, sync);
  if (!session) throw new Error(`At rest the ${sync.kind} sync opened no session.`);
  if (session.status !== 'completed' && !/records of \w+ do not fit/.test(session.errorMessage ?? '')) {
    throw new Error(`At rest the ${sync.kind} sync ${session.status}: ${session.errorMessage ?? ''}`);
  }
  return session;
}
