import { InvalidArgumentError, Option } from 'commander';

/** `a,b,c` as a list. @throws InvalidArgumentError when there is nothing in it */
export function names(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === '')) throw new InvalidArgumentError('Names are separated by commas.');
  return parts;
}

/** A number from 0 on. @throws InvalidArgumentError */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('It must be a number, not below 0.');
  }
  return value;
}

/** A whole number from 0 on; `20_000` and `20,000` are understood. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  const digits = text.replaceAll(/[_,]/g, '');
  if (!/^\d{1,15}$/.test(digits)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(digits);
}

/** Names the connection; without it, and without PULSE_CONNECTION, the API takes the only one there is. */
export function connectionOption(): Option {
  return new Option('--connection <name>', 'the Zoho org (default: PULSE_CONNECTION, then the only one)');
}
