import assert from 'node:assert/strict';
import { type Answer, startTestBed, type TestBed } from './support';

describe('simulator: names in COQL', () => {
  let bed: TestBed;
  before(async () => {
    bed = await startTestBed({ deals: 20 });
  });
  after(() => bed.close());

  const coql = (query: string): Promise<Answer> =>
    bed.call('/crm/v8/coql', { method: 'POST', json: { select_query: query } });

  for (const quote of ["'", '"']) {
    it(`may stand in ${quote}, at every place`, async () => {
      const name = (path: string): string => quote + path + quote;
      const quoted = await coql(
        `select ${name('Account_Name.Account_Name')}, ${name('Amount')} from ${name('Deals')} ` +
          `where ${name('id')} is not null order by ${name('Amount')} desc limit 3`,
      );
      const plain = await coql(
        'select Account_Name.Account_Name, Amount from Deals where id is not null order by Amount desc limit 3',
      );

      assert.equal(quoted.status, 200, quoted.text);
      assert.deepEqual(quoted.body, plain.body);
    });
  }

  it('lead to the parts of a user', async () => {
    const { body } = await coql(
      'select Owner.first_name, Owner.last_name, Owner.email from Deals where id > 0 limit 1',
    );

    const users = (await bed.call('/crm/v8/users')).body['users'] as Record<string, unknown>[];
    const [deal] = body.data ?? [];
    const owner = users.find(({ email }) => email === deal?.['Owner.email']);
    assert.deepEqual(
      [deal?.['Owner.first_name'], deal?.['Owner.last_name']],
      [owner?.['first_name'], owner?.['last_name']],
    );
    assert.ok(owner);
  });

  it('may be users, who are asked for like records', async () => {
    const { body } = await coql(
      "select first_name, email from users where (last_name = 'Nair' or first_name = 'Tom') order by first_name desc",
    );

    assert.deepEqual(
      (body.data ?? []).map((user) => user['first_name']),
      ['Tom', 'Priya'],
    );
    assert.deepEqual(Object.keys(body.data?.[0] ?? {}), ['first_name', 'email', 'id']);
    assert.equal((await coql('select Nope from users where id is not null')).body.code, 'INVALID_QUERY');
  });

  it('of lookups show the name too where that is switched on', async () => {
    const query = 'select Account_Name from Deals where Account_Name is not null limit 1';
    const account = async (): Promise<unknown> => (await coql(query)).body.data?.[0]?.['Account_Name'];
    const byId = (await account()) as { id: string };
    bed.simulator.control.setSwitches({ coqlLookups: 'name' });

    const named = (await account()) as { id: string; name: string };

    assert.deepEqual([Object.keys(byId), Object.keys(named).sort()], [['id'], ['id', 'name']]);
    assert.deepEqual([named.id, named.name.length > 0], [byId.id, true]);
  });
});
