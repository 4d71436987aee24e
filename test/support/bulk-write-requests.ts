/** Contacts that no organization has yet. */
export function newContacts(count: number, from = 0): { Last_Name: string; Email: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    Last_Name: `Written ${from + index}`,
    Email: `written${from + index}@example.com`,
  }));
}

/** Amount with more digits than a double holds. */
export const EXACT_AMOUNT = '1234567890123456.78';

/** Ids of records that a request changes. */
export interface ChangedRecords {
  /** Contact that gets a name and an account. */
  changed: string;
  /** Contact that loses its phone. */
  cleared: string;
  account: string;
  deal: string;
}

/** All operations that one request can have, as JSON text: nine records, two of which cannot be written. */
export function mixedRequest(
  envelope: { connection: string; callbackUrl: string; callbackSecret: string },
  { changed, cleared, account, deal }: ChangedRecords,
): string {
  return JSON.stringify({
    ...envelope,
    operations: [
      { operation: 'insert', module: 'Contacts', records: [...newContacts(2), { Last_Name: null, Email: 'x@y.z' }] },
      {
        operation: 'update',
        module: 'Contacts',
        records: [
          { id: changed, Last_Name: 'Changed', Account_Name: { id: account } },
          { id: '5500000000000000001', Last_Name: 'Nobody' },
          { id: cleared, Phone: null },
        ],
      },
      {
        operation: 'upsert',
        module: 'Contacts',
        findBy: 'Email',
        records: [{ Last_Name: 'Again', Email: 'written0@example.com' }, ...newContacts(1, 7)],
      },
      { operation: 'update', module: 'Deals', records: [{ id: deal, Amount: 'AMOUNT', Closing_Date: '2031-02-03' }] },
    ],
  }).replace('"AMOUNT"', EXACT_AMOUNT);
}
