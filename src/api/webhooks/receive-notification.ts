import { z } from 'zod';
import { CALLBACK_PATHS } from '../../connection/callback-urls';
import { parseNotification, type ZohoNotification } from '../../zoho/notifications/parse-notification';
import type { ScannedBody } from '../http/json-lists';
import { Problem } from '../http/problem';
import { defineRoute } from '../http/route';
import { NotificationNotStored } from './notification-receiver';

/** Zoho's form; anything else is as good as nothing. */
const Notice = z
  .looseObject({
    channel_id: z.string().optional(),
    token: z.string().optional().meta({ description: 'The secret of the channel.' }),
    module: z.string().optional(),
    operation: z.string().optional(),
    ids: z.array(z.string()).optional(),
  })
  .transform(notificationIn)
  .meta({ id: 'ZohoNotice', description: "Zoho's notification of changed records; it sends more than is read." });

/** Values of a notification of 5,000 records that names the fields of each. */
const MOST_VALUES = 60_000;

/**
 * Where Zoho tells of changed records. Open, since Zoho has no API key: the secret in the path and the token in the body,
 * of which only hashes are kept, prove that it is Zoho. Whatever is wrong about a request gets the same answer.
 */
export const receiveNotification = defineRoute({
  method: 'post',
  path: `${CALLBACK_PATHS.notifications}/{path}`,
  operationId: 'receiveNotification',
  tag: 'Webhooks',
  summary: "Zoho's notification of changed records",
  description:
    'Answers when the records are stored; they are read from Zoho soon after. An address that is wrong twenty times in a minute is refused for the rest of it.',
  access: 'open',
  unlimited: true,
  params: z.object({ path: z.string().meta({ description: 'The secret that Zoho was given.' }) }),
  body: Notice,
  largestBody: { bytes: 256 * 1024, values: MOST_VALUES, anyType: true },
  parseInPieces: async (body) => read(body),
  answers: { 200: { description: 'Stored.', schema: z.literal(''), contentType: 'text/plain' } },
  problems: ['notification_refused', 'too_many_requests', 'database_unavailable'],
  async handle({ params, body, address }, { notifications }) {
    const isTaken = await notifications.receive(params.path, body, address).catch(againIfNotStored);
    if (isTaken) return { status: 200, body: '' as const };
    throw new Problem('notification_refused', 'Nothing waits for this call.');
  },
});

/** Tells Zoho to send it again, whatever kept the records out of the inbox. */
function againIfNotStored(error: unknown): never {
  if (!(error instanceof NotificationNotStored)) throw error;
  const headers = { 'Retry-After': '5' };
  throw new Problem(
    'database_unavailable',
    'The notification could not be stored; send it again.',
    { headers },
    { cause: error },
  );
}

function read({ bytes }: ScannedBody): ZohoNotification | undefined {
  try {
    return notificationIn(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

function notificationIn(value: unknown): ZohoNotification | undefined {
  try {
    return parseNotification(value);
  } catch {
    return undefined;
  }
}
