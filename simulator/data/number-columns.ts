import { type Column, type ColumnFactory, writeNull } from './column';
import { hash32, saltOf } from './hash';

const HUGE_AMOUNT_CENTS = 1_234_567_890_123_456;
const HUGE_PERIOD = 997;
const SMALL_AMOUNT_CENTS = 50_000_000;

/** Amounts with cents up to 500,000; one in a thousand has 16 digits. Every row has its own. */
export function money(): ColumnFactory {
  return (field, context) => {
    const salt = saltOf(context.seed, `${context.module}.${field.apiName}`);
    const cents = (row: number): number => {
      const random = hash32(salt, row);
      return random % HUGE_PERIOD === 0 ? HUGE_AMOUNT_CENTS - (random >>> 8) : random % SMALL_AMOUNT_CENTS;
    };
    return { field, value: (row) => cents(row) / 100, write: (sink, row) => sink.cents(cents(row)) };
  };
}

/** An amount in whole cents computed from other columns of the row; null when one of them is. */
export function formulaOf(inputs: readonly Column[], centsOf: (...values: number[]) => number): ColumnFactory {
  return (field) => {
    const cents = (row: number): number | undefined => {
      const values: number[] = [];
      for (const input of inputs) {
        const value = input.value(row);
        if (typeof value !== 'number') return undefined;
        values.push(value);
      }
      return centsOf(...values);
    };
    return {
      field,
      value: (row) => {
        const result = cents(row);
        return result === undefined ? null : result / 100;
      },
      write: (sink, row, rendering) => {
        const result = cents(row);
        if (result === undefined) writeNull(sink, rendering);
        else sink.cents(result);
      },
    };
  };
}
