import assert from 'node:assert/strict';
import { type Answer, refresh } from './support';
import { codes, statuses, useSwitches } from './switch-bed';

const DAY = 86_400_000;
const NEVER_GIVEN_OUT = '5500000103999999999';
const FIRST_DEAL = '5500000103100001001';

describe('simulator: switches of reads and queries', () => {
  const { bed, both, coql, flip, search, write } = useSwitches();

  it('modifiedSinceInclusive', async () => {
    const newest = await bed().call('/crm/v8/Deals?fields=Modified_Time&sort_by=Modified_Time&per_page=1');
    const since = String(newest.body.data?.[0]?.['Modified_Time']);
    const headers = { 'If-Modified-Since': since };

    const answers = await both({ modifiedSinceInclusive: true }, () =>
      bed().call('/crm/v8/Deals?fields=Deal_Name', { headers }),
    );

    assert.deepEqual(statuses(answers), [304, 200]);
  });

  it('pageTokens: a snapshot shows every record of the first page once, however they move', async () => {
    const path = '/crm/v8/Deals?fields=Stage&sort_by=Modified_Time&sort_order=asc';
    const readAll = async (): Promise<string[]> => {
      const first = await bed().call(path);
      const moved = (first.body.data ?? []).slice(0, 20).map(({ id }) => ({ id, Stage: 'Closed Lost' }));
      bed().simulator.control.changeRecords('Deals', { update: moved });
      const ids = (first.body.data ?? []).map(({ id }) => id);
      let token = first.body.info?.['next_page_token'];
      while (typeof token === 'string') {
        const page = await bed().call(`${path}&page_token=${token}`);
        ids.push(...(page.body.data ?? []).map(({ id }) => id));
        token = page.body.info?.['next_page_token'];
      }
      return ids;
    };

    const live = await readAll();
    flip({ pageTokens: 'snapshot' });
    const snapshot = await readAll();

    assert.equal(live.length, 520);
    assert.equal(snapshot.length, 500);
    assert.equal(new Set(snapshot).size, 500);
  });

  const pageAfter = async (): Promise<Answer> => {
    const path = '/crm/v8/Deals?fields=Stage';
    const first = await bed().call(path);
    return bed().call(`${path}&page_token=${String(first.body.info?.['next_page_token'])}`);
  };

  it('pagesAfterFirst', async () => {
    const first = await bed().call('/crm/v8/Deals?fields=Stage');
    const [next, again] = await both({ pagesAfterFirst: 'first' }, pageAfter);
    flip({ pagesAfterFirst: 'empty' });
    const empty = await pageAfter();

    assert.notDeepEqual(next.body.data, first.body.data);
    assert.deepEqual(again.body.data, first.body.data);
    assert.deepEqual([empty.body.data, empty.body.info?.['more_records']], [[], true]);
  });

  it('pageTokensGiven', async () => {
    const answers = await both({ pageTokensGiven: false }, () => bed().call('/crm/v8/Deals?fields=Stage'));

    assert.deepEqual(
      answers.map(({ body }) => [body.info?.['more_records'], typeof body.info?.['next_page_token']]),
      [
        [true, 'string'],
        [true, 'object'],
      ],
    );
  });

  it('sortHeeded', async () => {
    const answers = await both({ sortHeeded: false }, () => bed().call('/crm/v8/Deals?fields=Stage&sort_order=asc'));

    const [asked, other] = answers.map(({ body }) => (body.data ?? []).map(({ id }) => id));
    assert.deepEqual(asked, asked?.toSorted());
    assert.deepEqual(other, other?.toSorted().toReversed());
  });

  it('unknownFields', async () => {
    const answers = await both({ unknownFields: 'refuse' }, () => bed().call('/crm/v8/Deals?fields=Deal_Name,Nope'));

    assert.deepEqual(codes(answers), [undefined, 'INVALID_DATA']);
  });

  it('missingRecord', async () => {
    const get = (): Promise<Answer> => bed().call(`/crm/v8/Deals/${NEVER_GIVEN_OUT}`);

    const [usual, refused] = await both({ missingRecord: 400 }, get);
    flip({ missingRecord: 404 });
    const notFound = await get();

    assert.deepEqual(statuses([usual, refused, notFound]), [204, 400, 404]);
    assert.deepEqual(refused.body.details, { id: NEVER_GIVEN_OUT });
  });

  it('deletedPageRows', async () => {
    bed().simulator.control.changeRecords('Deals', { delete: { count: 5 } });

    const answers = await both({ deletedPageRows: 3 }, () => bed().call('/crm/v8/Deals/deleted?per_page=2&page=2'));

    assert.deepEqual(statuses(answers), [200, 400]);
  });

  it('permanentDeletionsListedDays', async () => {
    flip({ permanentDeletionsListedDays: 7 });
    bed().simulator.control.changeRecords('Deals', { delete: { count: 1 }, deletionType: 'permanent' });
    const read = async (): Promise<number> =>
      (await bed().call('/crm/v8/Deals/deleted', { headers: { Authorization: `Bearer ${await token()}` } })).status;
    const token = async (): Promise<string> =>
      ((await (await refresh(bed().simulator.url)).json()) as { access_token: string }).access_token;

    const soon = await read();
    bed().simulator.control.moveClock({ advance: 8 * DAY });

    assert.deepEqual([soon, await read()], [200, 204]);
  });

  it('coqlRowsPerCall', async () => {
    const answers = await both({ coqlRowsPerCall: 200 }, () => coql('select Stage from Deals where id > 0 limit 201'));

    assert.deepEqual(codes(answers), [undefined, 'LIMIT_EXCEEDED']);
  });

  it('coqlSelectColumns', async () => {
    const columns = Array.from({ length: 51 }, (_, i) => `Field_${i + 1}`).join();

    const answers = await both({ coqlSelectColumns: 50 }, () =>
      coql(`select ${columns} from Wide_Module where id is not null`),
    );

    assert.deepEqual(codes(answers), [undefined, 'LIMIT_EXCEEDED']);
  });

  it('searchMaxCriteria', async () => {
    const criteria = `(${Array.from({ length: 11 }, () => '(Stage:equals:Closed Won)').join('or')})`;

    const answers = await both({ searchMaxCriteria: 10 }, () => search(criteria));

    assert.deepEqual(codes(answers), [undefined, 'CRITERIA_LIMIT_EXCEEDED']);
  });

  it('searchEquals', async () => {
    await write([{ id: FIRST_DEAL, Deal_Name: 'Zanzibar ferry' }]);

    const answers = await both({ searchEquals: 'contains' }, () => search('(Deal_Name:equals:Zanzibar)'));

    assert.deepEqual(statuses(answers), [204, 200]);
  });

  it('searchIndexLagMs: finds a new record later, and a changed one by what it was', async () => {
    await write([{ id: FIRST_DEAL, Deal_Name: 'Old name' }]);
    flip({ searchIndexLagMs: 60_000 });
    await write([{ id: FIRST_DEAL, Deal_Name: 'New name' }]);
    bed().simulator.control.changeRecords('Deals', { insert: [{ Deal_Name: 'Just born', Stage: 'Qualification' }] });
    const look = async (): Promise<number[]> =>
      statuses([
        await search('(Deal_Name:equals:Old name)'),
        await search('(Deal_Name:equals:New name)'),
        await search('(Deal_Name:equals:Just born)'),
      ]);

    const early = await look();
    bed().simulator.control.moveClock({ advance: 60_000 });

    assert.deepEqual(early, [200, 204, 204]);
    assert.deepEqual(await look(), [204, 200, 200]);
  });

  it('richTextInLists', async () => {
    bed().simulator.control.addModule({ apiName: 'Articles', rows: 30, fields: 1, richText: true });
    const longest = (answer: Answer): number =>
      Math.max(...(answer.body.data ?? []).map(({ Body }) => String(Body).length));
    const list = () => bed().call('/crm/v8/Articles?fields=Body');

    const [cut, whole] = await both({ richTextInLists: 'whole' }, list);
    const ids = cut.body.data?.map(({ id }) => id).join();
    const full = await bed().call(`/crm/v8/Articles/actions/fetch_full_data?ids=${ids}&fields=Body`);

    assert.equal(longest(cut), 255);
    assert.ok(longest(whole) > 1_000);
    assert.equal(longest(full), longest(whole));
  });
});
