import { cancellationSignal } from '@temporalio/activity';
import { callOrganization, retryExpired, type ZohoCalls } from '../../connection/call';
import { disableAtZoho } from '../../connection/end-channels';
import { getConnection } from '../../db/connections/connections';
import { closeAlert, openAlert } from '../../db/health/alerts';
import type { ConnectionModel } from '../../db/models/connection';
import {
  addMissingChannels,
  beginSubscription,
  closeGap,
  listModuleChannels,
  recordChannel,
  type ModuleChannel,
} from '../../db/notifications/notification-channels';
import {
  dueChannelStep,
  expiryToAskFor,
  lifeOf,
  nextChannelState,
  REFUSED_PAUSE_MS,
  type ChannelStep,
} from '../../domain/notifications/channel-states';
import { LIMITS } from '../../domain/zoho-limits';
import { ZohoError } from '../../zoho/errors/errors';
import { refusalOf, type Refusal } from '../../zoho/errors/refusal';
import * as zohoChannels from '../../zoho/notifications/notification-channels';
import type { ActivityDependencies } from '../dependencies';
import { withHeartbeats } from '../heartbeats';
import { newSecrets } from './channel-secrets';

const NO_PUBLIC_URL =
  'Zoho is not asked to tell of changes: PULSE_PUBLIC_URL is not set, or PULSE_NOTIFICATIONS is false. They come with the next incremental sync.';
/** Zoho keeps a channel for an hour where it does not say otherwise. */
const USUAL_LIFE_MS = 3_600_000;
/** Name of the channels' calls in the ledger. */
const WORKER = 'notifications';

/** Number of channels that were taken through each step. */
export type ChannelSteps = Readonly<Partial<Record<ChannelStep, number>>>;

type Deps = Pick<ActivityDependencies, 'knex' | 'zoho' | 'logger' | 'notificationUrl' | 'ingestion'>;

/**
 * Brings the channels of a connection to where they belong: subscribes modules that have a mirror, renews channels after
 * half of their life, takes back those that are not wanted. Idempotent; where nothing is due it asks Zoho nothing.
 */
export async function renewChannels(deps: Deps, connectionId: string, now = new Date()): Promise<ChannelSteps> {
  const done: Partial<Record<ChannelStep, number>> = {};
  await withHeartbeats(
    () => done,
    async () => {
      const connection = await getConnection(deps.knex, connectionId);
      if (connection.status === 'active') await new ConnectionChannels(deps, connection, now, done).alignAll();
    },
  );
  return done;
}

/** The channels of one connection at one moment. */
class ConnectionChannels {
  readonly #deps: Deps;
  readonly #connection: ConnectionModel;
  readonly #now: Date;
  readonly #done: Partial<Record<ChannelStep, number>>;
  readonly #notifyBase: string | undefined;
  /** Zoho's clock as its last answer says. */
  #zohoNow = new Date();

  constructor(deps: Deps, connection: ConnectionModel, now: Date, done: Partial<Record<ChannelStep, number>>) {
    this.#deps = deps;
    this.#connection = connection;
    this.#now = now;
    this.#done = done;
    this.#notifyBase = deps.notificationUrl('');
  }

  async alignAll(): Promise<void> {
    const { knex } = this.#deps;
    await addMissingChannels(knex, this.#connection.id);
    const due = new Map<ChannelStep, ModuleChannel[]>();
    for (const channel of await listModuleChannels(knex, this.#connection.id)) {
      const circumstances = { isWanted: channel.isWanted, notifyBase: this.#notifyBase, now: this.#now };
      const step = dueChannelStep(channel, circumstances);
      due.set(step, [...(due.get(step) ?? []), channel]);
      if (step === 'nothing' && channel.state === 'wanted') await this.#explain(channel);
    }
    for (const step of ['want', 'release'] as const) {
      for (const channel of due.get(step) ?? []) await this.#decide(channel, step);
    }
    const ending = due.get('end') ?? [];
    const renewing = due.get('renew') ?? [];
    const subscribing = due.get('subscribe') ?? [];
    if (ending.length + renewing.length + subscribing.length > 0)
      await this.#askZoho({ ending, renewing, subscribing });
    await this.#readGaps();
  }

  async #askZoho({ ending, renewing, subscribing }: Record<'ending' | 'renewing' | 'subscribing', ModuleChannel[]>) {
    const caller = { priority: 'webhook', worker: WORKER, signal: cancellationSignal() } as const;
    await callOrganization(this.#deps, this.#connection.id, caller, async (zoho) => {
      const { serverTime } = await retryExpired(zoho, () =>
        zohoChannels.listChannels(zoho.transport, { perPage: 1 }, zoho.options),
      );
      this.#zohoNow = serverTime;
      await inBatches(ending, (batch) => this.#end(zoho, batch));
      const lost: ModuleChannel[] = [];
      await inBatches(renewing, async (batch) => void lost.push(...(await this.#renew(zoho, batch))));
      await inBatches([...subscribing, ...lost], (batch) => this.#subscribe(zoho, batch));
    });
  }

  /** Lets an incremental sync read what Zoho may not have told of: it goes by the watermark. */
  async #readGaps(): Promise<void> {
    const { knex, ingestion } = this.#deps;
    const { id: connectionId, name: connection } = this.#connection;
    for (const { id, mirrorId, module, key, state, hasGap } of await listModuleChannels(knex, connectionId)) {
      if (!hasGap || state !== 'active' || module === null) continue;
      if (await ingestion.readMissed({ connectionId, connection, mirrorId, module, key })) await closeGap(knex, id);
    }
  }

  async #decide(channel: ModuleChannel, event: 'want' | 'release'): Promise<void> {
    await recordChannel(this.#deps.knex, channel.id, {
      state: nextChannelState(channel.state, event),
      reason: event === 'want' ? NO_PUBLIC_URL : 'The module is not synced.',
      expiresAt: null,
      renewAt: null,
    });
    await this.#closeAlert(channel);
    this.#count(event, 1);
  }

  /** A channel that is wanted and asks for nothing waits for a public URL. */
  async #explain({ id, state, reason }: ModuleChannel): Promise<void> {
    if (reason === NO_PUBLIC_URL) return;
    await recordChannel(this.#deps.knex, id, { state, reason: NO_PUBLIC_URL });
  }

  async #end(zoho: ZohoCalls, channels: readonly ModuleChannel[]): Promise<void> {
    await disableAtZoho(
      zoho,
      channels.map(({ channelId }) => channelId),
    );
    for (const channel of channels) await this.#decide(channel, channel.isWanted ? 'want' : 'release');
    this.#count('end', channels.length);
  }

  /** @returns channels that are to be subscribed anew */
  async #renew(zoho: ZohoCalls, channels: readonly ModuleChannel[]): Promise<ModuleChannel[]> {
    const { knex } = this.#deps;
    const channelExpiry = expiryToAskFor(this.#zohoNow);
    for (const { id, state } of channels) await recordChannel(knex, id, { state: nextChannelState(state, 'extend') });
    const renewals = channels.map(({ channelId }) => ({ channelId, channelExpiry }));
    const outcomes = await this.#outcomes(channels, () =>
      zohoChannels.renewChannels(zoho.transport, renewals, this.#zohoNow, zoho.options),
    );
    const lost: ModuleChannel[] = [];
    for (const [place, channel] of channels.entries()) {
      const outcome = outcomes[place];
      if (outcome?.status === 'success') {
        const life = this.#lifeOf(outcome);
        await recordChannel(knex, channel.id, { state: nextChannelState('renewing', 'granted'), ...life });
        this.#count('renew', 1);
      } else lost.push(channel);
    }
    return lost;
  }

  async #subscribe(zoho: ZohoCalls, channels: readonly ModuleChannel[]): Promise<void> {
    const { knex, notificationUrl } = this.#deps;
    const notifyBase = this.#notifyBase ?? '';
    const channelExpiry = expiryToAskFor(this.#zohoNow);
    const secrets = channels.map(() => newSecrets());
    const wanted: Parameters<typeof zohoChannels.watchChannels>[1][number][] = [];
    for (const [place, { path, token, hashes }] of secrets.entries()) {
      const channel = channels[place] as ModuleChannel;
      await beginSubscription(knex, channel.id, hashes, notifyBase);
      wanted.push({
        channelId: channel.channelId,
        events: [`${channel.module}.all`],
        notifyUrl: notificationUrl(path) ?? '',
        token,
        channelExpiry,
      });
    }
    const outcomes = await this.#outcomes(channels, () =>
      zohoChannels.watchChannels(zoho.transport, wanted, this.#zohoNow, zoho.options),
    );
    for (const [place, channel] of channels.entries()) {
      const outcome = outcomes[place];
      const pathHash = secrets[place]?.hashes.pathHash;
      if (outcome?.status === 'success') {
        const granted = { ...this.#lifeOf(outcome), subscribedAt: this.#now, gap: true };
        await recordChannel(
          knex,
          channel.id,
          { state: nextChannelState('subscribing', 'granted'), ...granted },
          pathHash,
        );
        await this.#closeAlert(channel);
        this.#count('subscribe', 1);
      } else if (outcome) await this.#refuse(channel, outcome, pathHash);
    }
  }

  /** A refusal of the whole call is one of each channel, unless the same call may succeed later. */
  async #outcomes(
    channels: readonly ModuleChannel[],
    call: () => Promise<zohoChannels.ChannelOutcome[]>,
  ): Promise<zohoChannels.ChannelOutcome[]> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ZohoError) || error.retryable) throw error;
      return channels.map(() => refusalOf(error));
    }
  }

  async #refuse(channel: ModuleChannel, { code, whatToDo }: Refusal, pathHash: Buffer | undefined): Promise<void> {
    const reason = `Zoho refuses to tell of changes (${code}). ${whatToDo}`;
    const renewAt = new Date(this.#now.getTime() + REFUSED_PAUSE_MS);
    const state = nextChannelState('subscribing', 'refused');
    await recordChannel(this.#deps.knex, channel.id, { state, reason, renewAt, expiresAt: null }, pathHash);
    await openAlert(this.#deps.knex, {
      connectionId: this.#connection.id,
      module: channel.key,
      kind: 'webhook.refused',
      severity: 'warning',
      message: `${reason} Changes of ${channel.module ?? channel.key} come with the next incremental sync; Zoho is asked again in a day.`,
    });
  }

  async #closeAlert({ key }: ModuleChannel): Promise<void> {
    await closeAlert(this.#deps.knex, { connectionId: this.#connection.id, module: key, kind: 'webhook.refused' });
  }

  #lifeOf({ modules }: Extract<zohoChannels.ChannelOutcome, { status: 'success' }>) {
    const given = Date.parse(modules[0]?.channelExpiry ?? '');
    const expiry = new Date(Number.isNaN(given) ? this.#zohoNow.getTime() + USUAL_LIFE_MS : given);
    return lifeOf(expiry, { zohoNow: this.#zohoNow, now: this.#now });
  }

  #count(step: ChannelStep, channels: number): void {
    this.#done[step] = (this.#done[step] ?? 0) + channels;
  }
}

async function inBatches(
  channels: readonly ModuleChannel[],
  work: (batch: readonly ModuleChannel[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < channels.length; start += LIMITS.notifications.channelsPerCall) {
    await work(channels.slice(start, start + LIMITS.notifications.channelsPerCall));
  }
}
