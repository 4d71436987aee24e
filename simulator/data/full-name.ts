import type { CellValue } from './cell';
import type { Column, ColumnFactory } from './column';
import { numberedColumn, variantOf } from './columns';
import type { FieldPlan } from './generated-module';

/** `First Last`; one of them where the other is empty. */
function fullNameOf(parts: readonly CellValue[]): string | null {
  return parts.filter((part): part is string => typeof part === 'string' && part !== '').join(' ') || null;
}

/** Read-only field with the name of a contact or lead. */
export const FULL_NAME: FieldPlan = {
  definition: {
    apiName: 'Full_Name',
    label: 'Full Name',
    dataType: 'text',
    custom: false,
    readOnly: true,
    length: 121,
    derived: { inputs: ['First_Name', 'Last_Name'], from: fullNameOf },
  },
  column: (earlier) => fullName(earlier.get('First_Name'), earlier.get('Last_Name')),
};

/** All first names are put before all beginnings of last names once, so a row costs what a numbered text costs. */
function fullName(first: Column | undefined, last: Column | undefined): ColumnFactory {
  const variants = first?.variants?.();
  const beginnings = last?.beginnings;
  if (!variants || !beginnings) throw new Error('Full_Name follows a varied First_Name and a numbered Last_Name');
  const firstNames = [...new Set(variants)];
  const placeOfVariant = variants.map((name) => firstNames.indexOf(name) * beginnings.texts.length);
  const texts = firstNames.flatMap((name) => beginnings.texts.map((text) => fullNameOf([name, text]) ?? ''));
  return (field, { moduleSalt }) =>
    numberedColumn(field, {
      texts,
      pick: (row) => (placeOfVariant[variantOf(moduleSalt, row)] ?? 0) + beginnings.pick(row),
    });
}
