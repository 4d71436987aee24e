/** A number as its digits stand in the text. */
export class ExactNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

export type ExactValue = string | boolean | null | ExactNumber | readonly ExactValue[] | ExactObject;
export interface ExactObject {
  readonly [key: string]: ExactValue;
}

/** A text, a number or a truth value as text. @throws Error for anything that has parts */
export function plainText(value: ExactValue | undefined): string {
  if (value instanceof ExactNumber) return value.digits;
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  throw new Error(`${JSON.stringify(value)} is not a plain value.`);
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Stands for a number while JSON is parsed; no value of the simulator begins like this. */
const MARK = '\u0001number:';

/** Parses JSON whose numbers must not become doubles. */
export function readExactJson(text: string): ExactValue {
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? token : JSON.stringify(MARK + token),
  );
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? new ExactNumber(value.slice(MARK.length)) : value,
  ) as ExactValue;
}

/** The one way to write a decimal number: no exponent, no zeros at either end. */
export function plainDecimal(text: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!parts) throw new Error(`${text} is not a decimal number.`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const point = whole.length + Number(exponent);
  const digits = (whole + fraction)
    .padEnd(point, '0')
    .padStart(whole.length + fraction.length - Math.min(point, 0), '0');
  const place = Math.max(point, 0);
  const left = digits.slice(0, place).replace(/^0+(?=\d)/, '') || '0';
  const right = digits.slice(place).replace(/0+$/, '');
  const number = right === '' ? left : `${left}.${right}`;
  return number === '0' ? number : sign + number;
}
