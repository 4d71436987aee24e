/** Origin of a message to a run: a signal anybody with access to Temporal can send, or an update, as our API sends them. */
export type MessageSource = 'signal' | 'update';

/** A command to a run, of whatever came with it only what fits. */
export interface OperatorCommand {
  /** Author as texts name him. A signal cannot name one, since nobody has checked who sent it. */
  by: string;
  reason?: string;
  /** Whether the message names its author. */
  isSigned: boolean;
  /** Parts of the message that did not fit. */
  ignored: string[];
}

/** Author of a command that names none. */
export const TEMPORAL_UI = 'the Temporal UI';

/** Characters. */
export const MAX_REASON = 500;
const MAX_AUTHOR = 200;

/** The command in the payload of a message, which may be anything. */
export function readCommand(source: MessageSource, payload: unknown): OperatorCommand {
  const parts = isPlain(payload) ? payload : {};
  const author = source === 'update' ? textOf(parts['by'], MAX_AUTHOR) : undefined;
  const reason = textOf(parts['reason'], MAX_REASON);
  const ignored = [
    ...(payload === undefined || payload === null || isPlain(payload) ? [] : ['payload']),
    ...(parts['by'] === undefined || author !== undefined ? [] : ['by']),
    ...(parts['reason'] === undefined || reason !== undefined ? [] : ['reason']),
  ];
  return {
    by: author ?? TEMPORAL_UI,
    ...(reason !== undefined && { reason }),
    isSigned: author !== undefined,
    ignored,
  };
}

const MAX_FILES = 1_000;

/** The file that a message of an ended job names; undefined if it names none. */
export function readFileNumber(payload: unknown): number | undefined {
  const file = isPlain(payload) ? payload['file'] : undefined;
  return typeof file === 'number' && Number.isInteger(file) && file >= 1 && file <= MAX_FILES ? file : undefined;
}

/** One line of text without control characters; what is longer is cut first, so that its size does not matter. */
function textOf(value: unknown, limit: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = value.slice(0, 4 * limit).replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ');
  const text = Array.from(line.trim()).slice(0, limit).join('');
  return text === '' ? undefined : text;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
