import assert from 'node:assert/strict';
import {
  findQuarantineDetails,
  noteQuarantined,
  setQuarantineStatus,
  type QuarantineStatus,
} from '../../../src/db/mirror/quarantine-entries';
import { moveToTombstones } from '../../../src/db/mirror/sweep';
import { useDatabase } from '../support';
import { loadRecords, someMirror, type MirrorUnderTest } from './support';

const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 20, hour));
const load = (deals: MirrorUnderTest, amount: string, version: number, readAt: number) =>
  loadRecords(deals, [{ id: '1', Amount: amount, Modified_Time: at(version).toISOString() }], { asOf: at(readAt) });
const remove = ({ knex, mirror, sessionId }: MirrorUnderTest, hour: number) =>
  moveToTombstones(knex, mirror, sessionId, 1, [{ id: '1', deletedAt: at(hour).toISOString(), reason: 'recycle' }]);
const place = ({ mirror }: MirrorUnderTest) => ({ connectionId: mirror.connectionId, key: mirror.key, recordId: '1' });

type State = QuarantineStatus | 'none';
type Event = (deals: MirrorUnderTest) => Promise<unknown>;

/** Ways into each state, by a version of eight o'clock that does not fit. */
const STATES: Readonly<Record<State, Event>> = {
  none: async () => undefined,
  open: (deals) => load(deals, 'many', 8, 9),
  ignored: async (deals) => {
    await load(deals, 'many', 8, 9);
    await setQuarantineStatus(deals.knex, place(deals), 'ignored');
  },
  closed: async (deals) => {
    await load(deals, 'many', 8, 9);
    await load(deals, '7', 10, 11);
  },
};

/** Events, and the state that follows each state; one that is left out is not met. */
const EVENTS: Readonly<Record<string, { event: Event; leads: Partial<Record<State, State>> }>> = {
  'a version comes that does not fit': {
    event: (deals) => load(deals, 'more', 12, 13),
    leads: { none: 'open', open: 'open', ignored: 'open', closed: 'open' },
  },
  'the same version comes again': {
    event: (deals) => load(deals, 'many', 8, 13),
    leads: { open: 'open', ignored: 'ignored' },
  },
  'the same version comes, and fits': {
    event: (deals) => load(deals, '7', 8, 13),
    leads: { none: 'none', open: 'closed', ignored: 'closed' },
  },
  'a newer version comes that fits': {
    event: (deals) => load(deals, '7', 12, 13),
    leads: { none: 'none', open: 'closed', ignored: 'closed', closed: 'closed' },
  },
  'an older version comes that fits': {
    event: (deals) => load(deals, '7', 7, 8),
    leads: { none: 'none', open: 'open', ignored: 'ignored', closed: 'closed' },
  },
  'the record is deleted': {
    event: (deals) => remove(deals, 14),
    leads: { none: 'none', open: 'closed', ignored: 'closed', closed: 'closed' },
  },
  'a delete becomes known that lies before the read': {
    event: (deals) => remove(deals, 7),
    leads: { none: 'none', open: 'open', ignored: 'ignored', closed: 'closed' },
  },
  'a person ignores it': {
    event: (deals) => setQuarantineStatus(deals.knex, place(deals), 'ignored'),
    leads: { none: 'none', open: 'ignored', ignored: 'ignored', closed: 'closed' },
  },
  'a person opens it again': {
    event: (deals) => setQuarantineStatus(deals.knex, place(deals), 'open'),
    leads: { none: 'none', open: 'open', ignored: 'open', closed: 'closed' },
  },
  'a person asks for it again': {
    event: (deals) => noteQuarantined(deals.knex, place(deals)),
    leads: { none: 'none', open: 'open', ignored: 'ignored', closed: 'closed' },
  },
};

describe('a record in quarantine', () => {
  const database = useDatabase();

  for (const [name, { event, leads }] of Object.entries(EVENTS)) {
    for (const [state, next] of Object.entries(leads)) {
      it(`that is ${state} is ${next} when ${name}`, async () => {
        const deals = await someMirror(database.knex);
        await STATES[state as State](deals);

        await event(deals);

        const details = await findQuarantineDetails(database.knex, place(deals));
        assert.equal(details?.status ?? 'none', next);
      });
    }
  }
});
