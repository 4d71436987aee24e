import { decide } from '../../support/approvals';
import type { EngineApi } from '../../support/engine-api';
import type { Org } from '../../support/org';
import type { Scenario } from './scenario';

/** Much of a module is deleted; a person looks at it and agrees. */
async function removeApproved({ engine }: EngineApi): Promise<Org> {
  const org = await engine.org({ contacts: 500 });
  await org.fullSync('Contacts', { path: 'list' });
  org.zoho.changeRecords('Contacts', { delete: { count: 130 } });
  await org.fullSync('Contacts', { path: 'list' });
  await decide(org, 'Contacts', 'approve');
  await org.incrementalSync('Contacts');
  return org;
}

export const APPROVALS: readonly Scenario[] = [
  {
    title: 'a removal that a person has approved',
    meets: ['weighSweep', 'readDeletes', 'removeApproved', 'closeApproval'],
    play: removeApproved,
  },
];
