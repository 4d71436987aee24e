import type { VirtualClock } from '../clock';
import type { CellValue } from '../data/cell';
import type { OpenModule } from '../store/records';
import type { SwitchBoard } from '../switches';
import { type Channel, OPERATIONS, type RecordEvent, selects } from './channel';
import { Channels } from './channels';
import type { Deliveries } from './deliveries';

/** Ids in one message at most: as many as a write call takes records. */
const BATCH_SIZE = 100;

/** A message in the making: what happened to several records of one module. */
interface Batch {
  readonly channel: Channel;
  readonly opened: OpenModule;
  readonly event: RecordEvent;
  readonly ids: string[];
  readonly fields: Record<string, readonly string[]>[];
  readonly values: { record_id: string; values: Record<string, CellValue> }[];
}

/** The parts of an organization that messages to channels need. */
interface NotificationContext {
  readonly clock: VirtualClock;
  readonly deliveries: Deliveries;
  readonly switches: SwitchBoard;
}

/** Notifies channels of changes of records (Notifications API). */
export class Notifications {
  readonly channels: Channels;
  readonly #batches = new Map<string, Batch>();
  #flushing: NodeJS.Immediate | undefined;
  readonly #context: NotificationContext;

  constructor(context: NotificationContext) {
    this.#context = context;
    this.channels = new Channels(context.clock);
  }

  watches(module: string, event: RecordEvent): boolean {
    return this.channels.subscriptions(module, event).length > 0;
  }

  /**
   * Queues a message about a record for every channel that watches. Changes within one turn of the event loop are sent
   * together. To be called after an insert or an update and before a removal.
   */
  recordChanged(opened: OpenModule, event: RecordEvent, row: number, changed: readonly string[] = []): void {
    for (const { channel, watched } of this.channels.subscriptions(opened.module.apiName, event)) {
      if (event === 'edit' && watched.selection && !selects(watched.selection, changed)) continue;
      this.#append(channel, opened, event, row, changed);
    }
  }

  reset(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    this.#batches.clear();
    this.channels.clear();
  }

  #append(channel: Channel, opened: OpenModule, event: RecordEvent, row: number, changed: readonly string[]): void {
    const { module, store } = opened;
    const key = `${channel.id} ${module.apiName} ${event}`;
    const batch = this.#batches.get(key) ?? { channel, opened, event, ids: [], fields: [], values: [] };
    this.#batches.set(key, batch);
    const id = module.idOf(row);
    batch.ids.push(id);
    if (event === 'edit') batch.fields.push({ [id]: changed });
    const hasValues =
      event === 'edit' || (event === 'create' && this.#context.switches.read('notificationValuesOfNew'));
    if (hasValues && channel.returnAffectedFieldValues) {
      const columns = event === 'edit' ? changed.map((name) => module.column(name)) : module.columns;
      const values = columns.flatMap((column) => (column ? [[column.field.apiName, store.value(row, column)]] : []));
      batch.values.push({ record_id: id, values: Object.fromEntries(values) as Record<string, CellValue> });
    }
    if (batch.ids.length >= BATCH_SIZE) this.#send(key, batch);
    else this.#flushing ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = undefined;
    for (const [key, batch] of this.#batches) this.#send(key, batch);
  }

  #send(key: string, { channel, opened, event, ids, fields, values }: Batch): void {
    this.#batches.delete(key);
    const module = opened.module.apiName;
    const body = {
      server_time: this.#context.clock.now(),
      module,
      resource_uri: `${channel.apiUrl}/${module}`,
      operation: OPERATIONS[event],
      channel_id: channel.id,
      token: channel.token,
      ids,
      query_params: Object.fromEntries(new URL(channel.notifyUrl).searchParams),
      affected_fields: fields,
      ...(channel.returnAffectedFieldValues && { affected_values: values }),
    };
    this.#context.deliveries.notify({ source: 'notification', subject: channel.id, url: channel.notifyUrl, body });
  }
}
