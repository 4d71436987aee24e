/** Event of a record, in the words of `events`. */
export const RECORD_EVENTS = ['create', 'edit', 'delete'] as const;
export type RecordEvent = (typeof RECORD_EVENTS)[number];

/** The words of the notification's body for the same things (Notifications, body of the callback). */
export const OPERATIONS: Readonly<Record<RecordEvent, string>> = {
  create: 'insert',
  edit: 'update',
  delete: 'delete',
};

/** Which changed fields an edit must have to be notified of. */
export type FieldSelection =
  { readonly field: string } | { readonly operator: 'and' | 'or'; readonly group: readonly FieldSelection[] };

/** One module a channel watches. */
export interface Watched {
  readonly module: string;
  readonly moduleId: string;
  readonly events: ReadonlySet<RecordEvent>;
  readonly selection?: FieldSelection;
}

/** A subscription as Enable Notifications leaves it. */
export interface Channel {
  readonly id: string;
  readonly notifyUrl: string;
  /** Host and version that the channel was subscribed at, e.g. `http://127.0.0.1:8700/crm/v8`. */
  readonly apiUrl: string;
  /** As they were sent, e.g. `Deals.all`. */
  readonly events: readonly string[];
  readonly watched: readonly Watched[];
  readonly token: string | null;
  /** Milliseconds since 1970, virtual. */
  readonly expires: number;
  readonly returnAffectedFieldValues: boolean;
  readonly notifyOnRelatedAction: boolean;
  /** As it was sent. */
  readonly condition?: readonly unknown[];
}

/** Whether an edit of these fields fulfils a selection. */
export function selects(selection: FieldSelection, changed: readonly string[]): boolean {
  if ('field' in selection) return changed.includes(selection.field);
  const parts = selection.group.map((part) => selects(part, changed));
  return selection.operator === 'and' ? parts.every(Boolean) : parts.some(Boolean);
}
