/** Facts about a field by which it is chosen for a first look at records. */
interface Candidate {
  readonly apiName: string;
  readonly dataType: string;
  readonly systemMandatory: boolean;
  readonly visible: boolean;
  readonly virtual: boolean;
}

/** Columns that fit beside each other, the id included. */
const MOST = 7;

/** Types whose values are long, or no values of one cell. */
const UNWIELDY: ReadonlySet<string> = new Set([
  'ALARM',
  'RRULE',
  'address',
  'consent_lookup',
  'event_reminder',
  'fileupload',
  'imageupload',
  'multiselectlookup',
  'multiuserlookup',
  'profileimage',
  'subform',
  'textarea',
]);

/**
 * Fields for a first look at the records of a module, for somebody who has named none: those that every record has come
 * first, then the others, each in Zoho's order, which is that of the layout.
 * @param fields of the module
 * @returns API names, one at least: `id` if there is nothing else
 */
export function usefulFields(fields: readonly Candidate[]): string[] {
  const shown = fields.filter(
    ({ apiName, dataType, visible, virtual }) =>
      visible && !virtual && apiName !== 'id' && !apiName.startsWith('$') && !UNWIELDY.has(dataType),
  );
  const first = shown.filter(({ systemMandatory }) => systemMandatory);
  const names = [...first, ...shown.filter(({ systemMandatory }) => !systemMandatory)].map(({ apiName }) => apiName);
  return ['id', ...new Set(names)].slice(0, MOST);
}
