import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { WriteAnswer } from '../../../src/api/records/schemas';
import { pulse } from '../../cli/support';
import { useOrganization } from '../support/organization';

const CONTACTS = '/modules/Contacts/records';

describe('values that clear a field or are taken', () => {
  const org = useOrganization({ deals: 10, contacts: 10 });
  const write = async (json: object): Promise<WriteAnswer['outcomes']> =>
    ((await org.post(`${CONTACTS}/write`, json)).body as WriteAnswer).outcomes;
  const insert = async (record: object): Promise<string> => {
    const [outcome] = await write({ operation: 'insert', records: [record] });
    return outcome?.status === 'success' ? outcome.id : assert.fail(JSON.stringify(outcome));
  };

  it('clear by an empty text and by null, leave alone what is absent, and cannot clear what is required', async () => {
    const id = await insert({ Last_Name: 'Full', Title: 'CEO', Department: 'IT', Phone: '1' });

    const [, refused] = await write({
      operation: 'update',
      records: [
        { id, Title: '', Department: null },
        { id, Last_Name: '' },
      ],
    });

    const text = await org.text(`${CONTACTS}/${id}?fields=Last_Name,Title,Department,Phone`);
    const {
      Last_Name: name,
      Title: title,
      Department: department,
      Phone: phone,
    } = (JSON.parse(text) as { data: [Record<string, unknown>] }).data[0];
    assert.deepEqual([name, title, department, phone], ['Full', null, null, '1']);
    assert.deepEqual(refused?.status === 'error' && [refused.code, refused.fieldName], [
      'MANDATORY_NOT_FOUND',
      'Last_Name',
    ]);
  });

  it('name the record that has a unique value, at the command line too', async () => {
    const unique = { label: 'Client No', dataType: 'text', length: 20, unique: { caseSensitive: false } };
    assert.equal((await org.post('/modules/Contacts/fields', unique, 'admin')).status, 201);
    const record = { Last_Name: 'Roe', Client_No: 'A-1' };
    const first = await insert(record);

    const [second] = await write({ operation: 'insert', records: [record] });
    const folder = mkdtempSync(path.join(tmpdir(), 'pulse-records-'));
    const file = path.join(folder, 'records.json');
    writeFileSync(file, JSON.stringify([record]));
    const shown = await pulse(org.api, ['records', 'write', 'Contacts', file, '--operation', 'insert']);
    rmSync(folder, { recursive: true });

    assert.ok(second?.status === 'error', JSON.stringify(second));
    assert.deepEqual(
      [second.code, second.category, second.fieldName, second.duplicateRecordId, second.retryable],
      ['DUPLICATE_DATA', 'duplicate', 'Client_No', first, false],
    );
    assert.equal(shown.code, 1);
    for (const part of ['DUPLICATE_DATA', 'Client_No', first]) assert.ok(shown.out.includes(part), shown.out);
  });
});
