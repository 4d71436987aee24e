import type { ZohoCalls } from '../../connection/call';
import { saveOrganization } from '../../db/connections/connections';
import { noteUserChangesRead, noteUsersListed, saveUsers, usersReadUntil } from '../../db/connections/crm-users';
import { findApiLimits, noteEditionRead, saveApiLimits } from '../../db/credits/api-limits';
import type { ConnectionModel } from '../../db/models/connection';
import { isKnownEdition, limitsOfEdition } from '../../domain/credits/edition-limits';
import { readFrom } from '../../domain/mirror/watermark';
import { earliestNow } from '../../domain/mirror/zoho-clock';
import { PagingProgress } from '../../zoho/http/paging-progress';
import { getOrg } from '../../zoho/metadata/org';
import { listUsers } from '../../zoho/metadata/users';
import type { ActivityDependencies } from '../dependencies';
import { timedAnswer } from './timed-answer';

/**
 * Refreshes the limits that follow from the organization's edition and licenses, once a day, for 1 credit.
 * @returns a warning where the limits of the edition are not known
 */
export async function refreshEdition(
  { knex }: ActivityDependencies,
  { transport, options }: ZohoCalls,
  { id, orgId }: Pick<ConnectionModel, 'id' | 'orgId'>,
): Promise<string[]> {
  const limits = await findApiLimits(knex, id);
  if (orgId !== null && limits?.isEditionFresh) return [];
  const org = await getOrg(transport, options);
  await saveOrganization(knex, id, { orgId: org.zgid, orgTimeZone: org.timeZone, edition: org.edition });
  await saveApiLimits(knex, id, limitsOfEdition(org.edition, org.userLicences), 'edition');
  await noteEditionRead(knex, id);
  if (isKnownEdition(org.edition)) return [];
  return [
    `Zoho calls the edition of the organization ${org.edition ?? 'nothing'}, whose limits are not known: those of the smallest edition are kept until you set them.`,
  ];
}

/**
 * Stores the users of the organization: all of them once a day, in between those who changed. 1 credit for every 200.
 */
export async function refreshUsers(
  { knex }: Pick<ActivityDependencies, 'knex'>,
  { transport, options }: ZohoCalls,
  connectionId: string,
): Promise<void> {
  const known = await usersReadUntil(knex, connectionId);
  const query = { type: 'AllUsers', ...(known && { modifiedSince: readFrom(known) }) } as const;
  const progress = new PagingProgress({ operation: 'list_users' });
  let until: Date | undefined;
  for (let page = 1; ; page += 1) {
    const { answer, clocks } = await timedAnswer(() => listUsers(transport, { ...query, page }, options));
    until ??= earliestNow(clocks);
    await saveUsers(knex, connectionId, answer.users);
    if (!answer.moreRecords) break;
    progress.note(answer.users.map(({ id }) => id));
  }
  await (known ? noteUserChangesRead : noteUsersListed)(knex, connectionId, until);
}
