import { numbered, onSome, varied, variedOnSome } from '../columns';
import { awkwardOnce, date, decimal, instant, integer, options, pooled } from '../draws';
import { AUDIT_FIELDS, custom, standard } from '../field-plans';
import type { FieldPlan, ModulePlan, ModuleTraits } from '../generated-module';
import { money } from '../number-columns';

/** Request for an additional module. */
export interface CustomModuleRequest extends ModuleTraits {
  readonly apiName: string;
  readonly rows: number;
  /** Custom fields beside `Name` and the audit fields. */
  readonly fields: number;
  readonly withoutModifiedTime?: boolean;
  /** One more field, `Body`, a rich text. */
  readonly richText?: boolean;
  /** API names of custom fields bulk read refuses. */
  readonly refusedByBulkRead?: readonly string[];
}

/** The custom fields go round these types. */
const KINDS: readonly ((apiName: string) => FieldPlan)[] = [
  (name) => custom(name, 'text', varied(awkwardOnce(9, pooled(['alpha', 'beta', null]))), { length: 255 }),
  (name) => custom(name, 'integer', variedOnSome(0.8, integer(0, 1_000)), { length: 9 }),
  (name) => custom(name, 'picklist', varied(options(0.2)), { options: ['Low', 'Medium, high', 'High'] }),
  (name) => custom(name, 'date', variedOnSome(0.7, date(2020, 2026))),
  (name) => custom(name, 'currency', onSome(0.8, money()), { length: 16, decimals: 2 }),
  (name) => custom(name, 'boolean', varied(pooled([true, false]))),
  (name) => custom(name, 'datetime', variedOnSome(0.6, instant)),
  (name) => custom(name, 'double', variedOnSome(0.6, decimal(0, 10, 5)), { length: 16, decimals: 5 }),
  (name) => custom(name, 'textarea', varied(awkwardOnce(5, pooled([null, 'note']))), { length: 2_000 }),
  (name) =>
    custom(name, 'multiselectpicklist', varied(pooled([[], ['Red'], ['Red', 'Blue, light']])), {
      options: ['Red', 'Blue, light'],
    }),
];

const BODIES = [null, '<b>short</b>', `<p>${'A long text, with "quotes" and\nlines. '.repeat(40)}</p>`];

/** A module of an administrator: `Name`, the audit fields, and `Field_1` to `Field_n` of changing types. */
export function customModule(request: CustomModuleRequest, number: number): ModulePlan {
  const { apiName, rows, fields, withoutModifiedTime, richText, refusedByBulkRead, ...traits } = request;
  const refused = new Set(refusedByBulkRead);
  const added = Array.from({ length: fields }, (_, i) => {
    const name = `Field_${i + 1}`;
    const kind = KINDS[i % KINDS.length];
    if (!kind) throw new Error('no field kinds');
    const plan = kind(name);
    return refused.has(name) ? { ...plan, definition: { ...plan.definition, refusedByBulkRead: true } } : plan;
  });
  const label = apiName.replaceAll('_', ' ');
  return {
    apiName,
    singular: label,
    plural: label,
    number,
    rows,
    custom: true,
    displayField: 'Name',
    traits,
    fields: [
      standard('Name', 'text', numbered([label, `${label}, "second"`]), { mandatory: true, length: 120 }),
      ...AUDIT_FIELDS.filter((field) => !withoutModifiedTime || field.definition.apiName !== 'Modified_Time'),
      ...added,
      ...(richText ? [custom('Body', 'textarea', varied(pooled(BODIES)), { length: 50_000 })] : []),
    ],
  };
}

/** The modules that are always there to trip a careless client. */
export const AWKWARD_MODULES: readonly CustomModuleRequest[] = [
  { apiName: 'Wide_Module', rows: 500, fields: 120 },
  { apiName: 'Empty_Module', rows: 0, fields: 10 },
  { apiName: 'Forbidden_Module', rows: 20, fields: 3, forbidden: true },
  { apiName: 'Fieldless_Module', rows: 20, fields: 3, withoutFieldMetadata: true },
  { apiName: 'Refused_Field_Module', rows: 50, fields: 12, refusedByBulkRead: ['Field_2', 'Field_9'] },
  { apiName: 'Untimed_Module', rows: 60, fields: 4, withoutModifiedTime: true },
];
