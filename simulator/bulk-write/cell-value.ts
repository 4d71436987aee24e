import { type Column } from '../data/column';
import { kindOf } from '../data/data-type';
import { type FieldDefinition, isTagField, isUserField } from '../data/field';
import type { Records } from '../store/records';
import { readSwitch, type Switched } from '../switches';
import { findByValue } from '../writes/find-duplicate';
import { dateText, type ZonedTime } from '../zoned-time';
import { type DateParts, type DateReader, dateReader } from './date-format';
import type { Mapping } from './job';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** Where a mapping has no format: two of Zoho's documents, two forms. */
const DATES = { us: dateReader('MM/dd/yyyy'), iso: dateReader('yyyy-MM-dd') };
const DATETIMES = { us: dateReader('MM/dd/yyyy HH:mm:ss'), iso: dateReader("yyyy-MM-dd'T'HH:mm:ssXXX") };

/**
 * The text of a cell as REST would send the value. What cannot be read comes back as it is, so that the checks of the
 * field refuse it.
 */
export function valueOfCell(
  organization: Switched & { readonly records: Records },
  { field }: Column,
  mapping: Mapping,
  text: string,
): unknown {
  const { records } = organization;
  if (isTagField(field)) return text.split(',').map((name) => ({ name: name.trim() }));
  const form = readSwitch(organization, 'bulkWriteDateFormats');
  switch (kindOf(field.dataType)) {
    case 'flag':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
    case 'whole':
    case 'decimal':
      return NUMBER.test(text.trim()) ? Number(text) : text;
    case 'date':
      return partsOf(mapping.reader ?? DATES[form], text, (parts) => dateText(dayOf(parts)));
    case 'datetime':
      return partsOf(mapping.reader ?? DATETIMES[form], text, (parts) => instantText(records.catalog.zone, parts));
    case 'choices':
      return text.split(';').map((choice) => choice.trim());
    case 'reference':
      return { id: referenceId(records, field, mapping.findBy ?? 'id', text.trim()) };
    default:
      return text;
  }
}

/** REST's form of a date; what is in another form than expected must not pass because REST would read it. */
function partsOf(
  read: DateReader | undefined,
  text: string,
  use: (parts: DateParts) => string,
): string | { readonly unreadable: string } {
  const parts = read?.(text);
  return parts ? use(parts) : { unreadable: text };
}

function dayOf({ year, month, day }: DateParts): number {
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

/** An instant with its offset; a text without one is in the organization's time zone. */
function instantText(zone: ZonedTime, parts: DateParts): string {
  const local = dayOf(parts) * 86_400 + parts.second;
  if (parts.offset !== undefined) return zone.format(local - parts.offset * 60);
  const guess = local - zone.offsetMinutes(local) * 60;
  return zone.format(local - zone.offsetMinutes(guess) * 60);
}

/** The id of the record or user meant; the text itself when there is none. */
function referenceId(records: Records, field: FieldDefinition, findBy: string, text: string): string {
  if (findBy === 'id') return text;
  if (isUserField(field)) {
    return records.catalog.users.find((user) => user.email === text || user.name === text)?.id ?? text;
  }
  const related = records.find(field.lookupModule ?? '');
  const column = related?.module.column(findBy);
  const row = related && column ? findByValue(related, column, text) : undefined;
  return row === undefined ? text : (related?.module.idOf(row) ?? text);
}
