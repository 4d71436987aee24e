import { z } from 'zod';
import { isTimeZone } from '../../domain/schedules/next-runs';
import { DATA_CENTER_NAMES } from '../../zoho/http/data-centers';
import { PAGE_FIELDS } from '../http/paging';
import { ConnectionName } from '../http/parameters';

const timestamp = z.iso.datetime().meta({ description: 'UTC.' });
const scope = z
  .string()
  .regex(/^[A-Za-z][\w.-]{2,99}$/, 'Must be a scope of Zoho, e.g. ZohoCRM.modules.ALL')
  .meta({ description: 'Scope, e.g. `ZohoCRM.modules.ALL`.' });
/** Nothing that would end a header, a line of a log or a form. */
const secret = (most: number) => z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`), 'Must be visible ASCII');

const client = {
  dataCenter: z.enum(DATA_CENTER_NAMES).default('us').meta({ description: 'Where the consent begins.' }),
  clientId: secret(200).meta({ description: 'Of the client in the Zoho API console.' }),
  clientSecret: secret(500).meta({ description: 'Stored encrypted, never shown again.', writeOnly: true }),
};

export const ConnectionRequest = z
  .strictObject({ name: ConnectionName, ...client })
  .meta({ id: 'ConnectionRequest', description: 'A connection and its OAuth client.' });

export const ConnectionClient = z
  .strictObject(client)
  .meta({ id: 'ConnectionClient', description: 'The OAuth client of a connection.' });

export const NightRequest = z
  .strictObject({
    nightlyAt: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Must be a time of day, HH:MM')
      .optional()
      .meta({ description: 'When the night begins, e.g. `02:15`.' }),
    scheduleTimeZone: z
      .string()
      .max(100)
      .refine(isTimeZone, 'Must be a time zone by its IANA name, e.g. Europe/Berlin')
      .nullable()
      .optional()
      .meta({ description: "Zone of that time; null: the organization's." }),
    nightlyParallelism: z
      .int()
      .min(1)
      .max(20)
      .optional()
      .meta({ description: 'Modules that the night syncs at a time.' }),
  })
  .meta({ id: 'NightRequest', description: 'When and how the night of a connection begins; the rest stays.' });

export const RemovalQuery = z
  .strictObject({ confirm: z.string().max(40).meta({ description: 'The name of the connection, once more.' }) })
  .meta({ description: 'What has to be said to remove a connection.' });

export const AuthorizationRequest = z
  .strictObject({
    scopes: z
      .array(scope)
      .min(1)
      .max(50)
      .optional()
      .meta({ description: 'What to ask for; everything the product needs when absent.' }),
  })
  .meta({ id: 'AuthorizationRequest', description: 'Begins a consent in the browser.' });

export const GrantCodeRequest = z
  .strictObject({
    code: secret(500).meta({ description: 'From the Self Client page of the Zoho API console.', writeOnly: true }),
    scopes: z
      .array(scope)
      .max(50)
      .default([])
      .meta({ description: 'What the code was made with; only kept where Zoho does not say it.' }),
  })
  .meta({ id: 'GrantCodeRequest', description: 'Connects with a grant code of a self client.' });

export const Connection = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    status: z
      .enum(['connected', 'not_connected', 'needs_reauth', 'disconnected', 'removing'])
      .meta({ description: '`needs_reauth`: Zoho took back the grant; `disconnected`: a person gave it back.' }),
    statusReason: z.string().nullable(),
    whatToDo: z.string().nullable(),
    dataCenter: z.string(),
    accountsUrl: z.string(),
    apiDomain: z.string().nullable(),
    clientId: z.string(),
    scopes: z.array(z.string()).meta({ description: 'As granted; empty where Zoho did not say.' }),
    missingScopes: z.array(z.string()).meta({ description: 'What the product needs beyond them.' }),
    organization: z
      .strictObject({ id: z.string(), edition: z.string().nullable(), timeZone: z.string().nullable() })
      .nullable()
      .meta({ description: "Zoho's number of the org (zgid), once it is known." }),
    sharesOrganizationWith: z.array(z.string()).meta({
      description:
        "Other connections of the same organization: each counts the day's credits for itself, until an answer of Zoho's says what is left.",
    }),
    nightlyAt: z.string().meta({ description: 'When the night begins, `HH:MM`.' }),
    scheduleTimeZone: z.string().nullable().meta({ description: "Zone of that time; null: the organization's." }),
    nightlyParallelism: z.int().meta({ description: 'Modules that the night syncs at a time.' }),
    connectedAt: timestamp.nullable(),
    accessTokenExpiresAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Connection', description: 'A Zoho org and the state of its grant. Secrets are never shown.' });
export type Connection = z.infer<typeof Connection>;

export const ConnectionAnswer = z
  .strictObject({ connection: Connection })
  .meta({ id: 'ConnectionAnswer', description: 'A connection.' });

export const ConnectionList = z
  .strictObject({ connections: z.array(Connection) })
  .meta({ id: 'ConnectionList', description: 'Every connection, by name.' });

export const Authorization = z
  .strictObject({
    authorizationUrl: z.url().meta({ description: 'To be opened by a user of the org; works once.' }),
    redirectUri: z.url().meta({ description: 'Must be registered for the client in the Zoho API console.' }),
    expiresAt: timestamp,
  })
  .meta({ id: 'Authorization', description: 'Where to consent.' });

export const AuthStatus = z
  .strictObject({
    connection: Connection,
    accessTokens: z.strictObject({
      askedFor: z.int().meta({ description: 'In the last ten minutes.' }),
      limit: z.int(),
      nextAt: timestamp.nullable().meta({ description: 'When the next one may be requested; null means now.' }),
    }),
    alerts: z.array(
      z.strictObject({
        kind: z.string(),
        severity: z.enum(['info', 'warning', 'critical']),
        module: z.string().nullable(),
        message: z.string(),
        openedAt: timestamp,
      }),
    ),
  })
  .meta({
    id: 'AuthStatus',
    description: 'The grant, how much of the token limit is used, and what a person should look at.',
  });

const named = z.strictObject({ id: z.string(), name: z.string().nullable() });

export const Permissions = z
  .strictObject({
    user: z.strictObject({
      id: z.string(),
      fullName: z.string().nullable(),
      status: z.string().nullable(),
      profile: named.nullable(),
      role: named.nullable(),
    }),
    scopes: z.array(z.string()),
    missingScopes: z.array(z.string()),
    modules: z.array(
      z.strictObject({
        apiName: z.string(),
        label: z.string().nullable(),
        apiSupported: z.boolean(),
        viewable: z.boolean(),
        creatable: z.boolean(),
        editable: z.boolean(),
        deletable: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Permissions', description: 'What the connected user may do, asked of Zoho now.' });

export const Organization = z
  .strictObject({
    id: z.string().nullable().meta({ description: 'zgid' }),
    companyName: z.string().nullable(),
    type: z.string().nullable(),
    edition: z.string().nullable(),
    userLicences: z.number().nullable(),
    timeZone: z.string().nullable(),
    currency: z.string().nullable(),
    multiCurrency: z.boolean(),
    countryCode: z.string().nullable(),
  })
  .meta({ id: 'Organization', description: 'The connected org, asked of Zoho now.' });

export const UserPage = z
  .strictObject({
    users: z.array(
      z.strictObject({
        id: z.string(),
        fullName: z.string().nullable(),
        email: z.string().nullable(),
        status: z.string().nullable(),
        confirmed: z.boolean(),
        profile: named.nullable(),
        role: named.nullable(),
        timeZone: z.string().nullable(),
        offset: z.number().nullable().meta({ description: 'From UTC, in milliseconds.' }),
      }),
    ),
    ...PAGE_FIELDS,
  })
  .meta({ id: 'UserPage', description: 'Users of the organization.' });
