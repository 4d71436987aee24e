import assert from 'node:assert/strict';
import { type Answer, type Item, startTestBed, type TestBed } from './support';

describe('simulator: COQL and search', () => {
  let bed: TestBed;
  let truth: Item[];

  before(async () => {
    bed = await startTestBed({ deals: 2_500, credits: 100_000 });
    truth = Buffer.concat([...bed.simulator.control.exportRecords('Deals')])
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Item);
  });

  after(() => bed.close());

  const coql = (query: string): Promise<Answer> =>
    bed.call('/crm/v8/coql', { method: 'POST', json: { select_query: query } });
  const idsOf = ({ body }: Answer): string[] => (body.data ?? []).map(({ id }) => id);
  const idsWhere = (test: (deal: Item) => boolean): string[] => truth.filter(test).map(({ id }) => id);

  it('filters by nested conditions as a plain filter does', async () => {
    const answer = await coql(
      "select id from Deals where ((Stage = 'Closed Won' or Probability between 20 and 30) and Amount >= 1000.5) limit 2000",
    );

    const expected = idsWhere(
      (deal) =>
        (deal['Stage'] === 'Closed Won' || (Number(deal['Probability']) >= 20 && Number(deal['Probability']) <= 30)) &&
        Number(deal['Amount']) >= 1000.5,
    );
    assert.deepEqual(idsOf(answer), expected);
    assert.ok(expected.length > 0);
  });

  it('compares instants across offsets, pages on (Modified_Time, id)', async () => {
    const ids: string[] = [];
    let last = { time: '2019-01-01T00:00:00+00:00', id: '0' };
    for (;;) {
      const answer = await coql(
        `select Modified_Time from Deals where (Modified_Time >= '${last.time}' and (Modified_Time > '${last.time}' or id > ${last.id})) ` +
          'order by Modified_Time asc, id asc limit 700',
      );
      const final = answer.body.data?.at(-1);
      if (!final) break;
      ids.push(...idsOf(answer));
      last = { time: String(final['Modified_Time']), id: final.id };
    }

    assert.deepEqual(
      ids,
      truth.map(({ id }) => id),
    );
  });

  it('follows lookups and doubles quotes', async () => {
    const answer = await coql(
      "select Account_Name.Account_Name, Account_Name from Deals where Account_Name.Account_Name like 'O''Brien%' limit 5",
    );

    const [row] = answer.body.data ?? [];
    assert.match(String(row?.['Account_Name.Account_Name']), /^O'Brien & Sons \d+$/);
    assert.deepEqual(Object.keys(row?.['Account_Name'] ?? {}), ['id']);
  });

  it('orders by any column, empty values first', async () => {
    const answer = await coql(
      'select Probability from Deals where id is not null order by Probability asc, id desc limit 2000',
    );

    const values = (answer.body.data ?? []).map((row) => row['Probability'] as number | null);
    assert.deepEqual(
      values,
      values.toSorted((a, b) => (a ?? -1) - (b ?? -1)),
    );
  });

  it('shows in, like and null tests', async () => {
    const inList = await coql("select id from Deals where Stage in ('Closed Won', 'Closed Lost') limit 2000");
    const contains = await coql("select id from Deals where Deal_Name like '%services, phase%' limit 2000");
    const empty = await coql('select id from Deals where Amount is null limit 2000');

    assert.deepEqual(
      idsOf(inList),
      idsWhere((deal) => ['Closed Won', 'Closed Lost'].includes(String(deal['Stage']))),
    );
    assert.deepEqual(
      idsOf(contains),
      idsWhere((deal) => String(deal['Deal_Name']).includes('services, phase')),
    );
    assert.deepEqual(
      idsOf(empty),
      idsWhere((deal) => deal['Amount'] === null),
    );
  });

  it('groups and aggregates as plain arithmetic does, empty values first', async () => {
    const { body } = await coql(
      'select Stage, count(Probability) as known, SUM(Probability) as total, max(Amount), min(Amount) as least ' +
        'from Deals where id is not null group by Stage limit 200',
    );

    const stages = [...new Set(truth.map((deal) => deal['Stage'] as string | null))].sort((a, b) =>
      (a ?? '') < (b ?? '') ? -1 : 1,
    );
    const expected = stages.map((stage) => {
      const deals = truth.filter((deal) => deal['Stage'] === stage);
      const known = deals.filter((deal) => deal['Probability'] !== null);
      const amounts = deals.filter((deal) => deal['Amount'] !== null).map((deal) => Number(deal['Amount']));
      return {
        Stage: stage,
        known: known.length,
        total: known.reduce((sum, deal) => sum + Number(deal['Probability']), 0),
        'max(Amount)': Math.max(...amounts),
        least: Math.min(...amounts),
      };
    });
    assert.deepEqual(body.data, expected);
  });

  it('pages through groups in the order asked for', async () => {
    const query = 'select Stage, count(id) as deals from Deals where id is not null group by Stage order by deals desc';
    const all = (await coql(`${query} limit 200`)).body.data ?? [];
    const { body } = await coql(`${query} limit 1, 2`);

    assert.deepEqual(body.data, all.slice(1, 3));
    assert.deepEqual(body.info, { count: 2, more_records: true });
    const counts = all.map((group) => Number(group['deals']));
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => b - a),
    );
  });

  for (const [name, query, code] of [
    ['a missing where', 'select id from Deals', 'SYNTAX_ERROR'],
    ['three conditions without brackets', 'select id from Deals where id > 1 and id > 2 and id > 3', 'SYNTAX_ERROR'],
    ['an unknown column', 'select Nope from Deals where id is not null', 'INVALID_QUERY'],
    ['a value of another type', "select id from Deals where Amount > 'x'", 'INVALID_QUERY'],
    ['a multi-line text in where', "select id from Deals where Description = 'x'", 'INVALID_QUERY'],
    ['a repeated column', 'select Amount, Amount from Deals where id is not null', 'DUPLICATE_DATA'],
    [
      'a column outside of group by',
      'select Amount, count(id) from Deals where id > 0 group by Stage',
      'INVALID_QUERY',
    ],
    ['a count without group by', 'select count(id) from Deals where id > 0', 'INVALID_QUERY'],
    ['a sum of texts', 'select sum(Stage) from Deals where id > 0', 'INVALID_QUERY'],
    ['an unknown function', 'select median(Amount) from Deals where id > 0', 'SYNTAX_ERROR'],
    ['an alias used twice', 'select sum(Amount) as a, min(Amount) as a from Deals where id > 0', 'DUPLICATE_ALIAS'],
    [
      'five fields to group by',
      'select Stage from Deals where id > 0 group by Stage, Type, Amount, Owner, Territory',
      'LIMIT_EXCEEDED',
    ],
    ['more than 2,000 rows', 'select id from Deals where id is not null limit 2001', 'LIMIT_EXCEEDED'],
    ['an unknown module', 'select id from Nope where id is not null', 'INVALID_MODULE'],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const { status, body } = await coql(query);

      assert.equal(status, 400);
      assert.equal(body.code, code);
    });
  }

  it('searches by nested criteria with escaped values', async () => {
    const criteria =
      '((Stage:equals:Closed Won)and((Alliance_Motion:equals:MAP\\, funded)or(Probability:greater_than:90)))';

    const answer = await bed.call(`/crm/v8/Deals/search?fields=Stage&criteria=${encodeURIComponent(criteria)}`);

    const expected = idsWhere(
      (deal) =>
        deal['Stage'] === 'Closed Won' &&
        (deal['Alliance_Motion'] === 'MAP, funded' || Number(deal['Probability']) > 90),
    );
    assert.deepEqual(idsOf(answer), expected.toReversed().slice(0, 200));
  });

  it('stops a search at 2,000 results', async () => {
    const { body } = await bed.call('/crm/v8/Deals/search?criteria=(Amount:greater_than:0)&page=11');

    assert.equal(body.code, 'LIMIT_REACHED');
    assert.deepEqual(body.details, { limit: '2000' });
  });

  it('refuses operators a type does not have', async () => {
    const { body } = await bed.call('/crm/v8/Deals/search?criteria=(Is_Renewal:greater_than:true)');

    assert.equal(body.code, 'INVALID_QUERY');
  });
});
