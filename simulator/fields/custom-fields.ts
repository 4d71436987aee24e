import type { Column } from '../data/column';
import type { FieldDefinition } from '../data/field';
import type { GeneratedModule } from '../data/generated-module';
import { ApiError, invalidData } from '../http/api-error';
import { isObject } from '../http/exchange';
import type { Edition } from '../limits/editions';
import type { SimulatorOptions } from '../options';
import type { ExternalFields } from '../store/external-fields';
import type { WriteContext } from '../store/record-editor';
import type { OpenModule } from '../store/records';
import { blankColumn } from './blank-column';
import { changedField } from './change-field';
import { showChoiceNames } from './choice-names';
import { FieldPath } from './field-error';
import { pickListOf } from './pick-list';
import { readField } from './read-field';

/** Custom fields of a module by edition. No page of the API's documentation gives the numbers: these are a choice. */
const FIELD_QUOTAS: Readonly<Record<Edition, number>> = {
  free: 10,
  standard: 50,
  professional: 155,
  enterprise: 300,
  ultimate: 500,
};

type Input = Readonly<Record<string, unknown>>;

/** The parts of an organization that its custom fields read or change. */
interface CustomFieldContext extends WriteContext {
  readonly externalFields: ExternalFields;
  readonly options: SimulatorOptions;
}

/** The fields that were created, changed and deleted since the start (Custom Fields API). */
export class CustomFields {
  readonly #created = new Map<GeneratedModule, Set<string>>();
  #number = 1;
  readonly #context: CustomFieldContext;

  constructor(context: CustomFieldContext) {
    this.#context = context;
  }

  /**
   * Creates a field, empty in the records that are there, and gives its id.
   * @throws ApiError, with the path of the key it is about
   */
  create(opened: OpenModule, input: Input, place: number): string {
    const { module, store } = opened;
    const path = new FieldPath(`$.fields[${place}]`);
    const id = `5500000${String(module.plan.number).padStart(3, '0')}6${String(this.#number).padStart(8, '0')}`;
    const nameFor = (label: string): string => freeName(module, label, this.#number);
    const field = readField(this.#context.records, input, { id, nameFor, nextRow: store.endRow }, path);
    checkLabel(module, field.label, path);
    this.#checkQuota(module, path);
    this.#number++;
    const names = this.#created.get(module) ?? new Set();
    this.#created.set(module, names.add(field.apiName));
    const column = blankColumn(field);
    module.setColumns([...module.columns, column]);
    this.#markExternal(module, column);
    store.written.clear(field.apiName);
    return id;
  }

  /** @throws ApiError, with the path of the key it is about; INVALID_DATA for an unknown id */
  change(opened: OpenModule, id: string, input: Input, path: FieldPath): void {
    const { module } = opened;
    const column = fieldColumn(module, id);
    if (!column) throw path.invalid('id');
    const field = changedField(module, column.field, input, path);
    if (field.label !== column.field.label) checkLabel(module, field.label, path, column);
    const changed = { ...column, field };
    module.setColumns(module.columns.map((other) => (other === column ? changed : other)));
    if (field.metadata?.['pick_list_values'] !== column.field.metadata?.['pick_list_values']) {
      showChoiceNames(this.#context, opened, changed);
    }
    this.#markExternal(module, changed);
  }

  /**
   * Gives a choice another display value; its actual value stays.
   * @throws ApiError INVALID_DATA when there is no such field or choice
   */
  renameChoice(opened: OpenModule, apiName: string, actual: string, displayed: string): void {
    const column = opened.module.column(apiName);
    const choice = column && pickListOf(opened.module, column.field).find((value) => value['actual_value'] === actual);
    if (!choice) throw invalidData('the choice given seems to be invalid', { api_name: apiName });
    const change = { pick_list_values: [{ id: choice['id'], display_value: displayed }] };
    this.change(opened, opened.module.fieldId(column.field), change, new FieldPath('$'));
  }

  /** @throws ApiError INVALID_DATA for an unknown id, NOT_ALLOWED for a standard field, ALREADY_USED for one in use */
  remove({ module, store }: OpenModule, id: string): void {
    const column = fieldColumn(module, id);
    if (!column) throw new ApiError(400, 'INVALID_DATA', 'the id given seems to be invalid', { id });
    const { apiName, custom } = column.field;
    if (!custom) throw new ApiError(400, 'NOT_ALLOWED', 'a standard field cannot be deleted', { api_name: apiName });
    if (module.columns.some(({ field }) => field.derived?.inputs.includes(apiName))) {
      throw new ApiError(400, 'ALREADY_USED', 'the field is used by another one', { api_name: apiName });
    }
    module.setColumns(module.columns.filter((other) => other !== column));
    this.#created.get(module)?.delete(apiName);
    store.forgetField(apiName);
  }

  /** Definitions of the created fields by module, from which a worker thread makes the same ones. */
  definitions(): Record<string, FieldDefinition[]> {
    const entries = [...this.#created].map(([module, names]): [string, FieldDefinition[]] => [
      module.apiName,
      module.columns.map(({ field }) => field).filter(({ apiName }) => names.has(apiName)),
    ]);
    return Object.fromEntries(entries);
  }

  /** Back to the fields of the start. */
  reset(): void {
    for (const module of this.#context.catalog.modules()) module.setColumns();
    this.#created.clear();
    this.#number = 1;
  }

  #markExternal(module: GeneratedModule, column: Column): void {
    const external = column.field.metadata?.['external'];
    const type = isObject(external) ? external['type'] : undefined;
    if (type === 'org' || type === 'user') this.#context.externalFields.mark(module, column, type);
  }

  #checkQuota(module: GeneratedModule, path: FieldPath): void {
    const limit = FIELD_QUOTAS[this.#context.options.edition];
    if (module.columns.filter(({ field }) => field.custom).length < limit) return;
    const details = { limit, limit_due_to: [path.at('data_type')] };
    throw new ApiError(400, 'LIMIT_EXCEEDED', 'the limit of custom fields is reached', details);
  }
}

/** Gives a module the created fields it has elsewhere. */
export function showFields(module: GeneratedModule, definitions: readonly FieldDefinition[] = []): void {
  module.setColumns();
  if (definitions.length > 0) module.setColumns([...module.columns, ...definitions.map(blankColumn)]);
}

function fieldColumn(module: GeneratedModule, id: string): Column | undefined {
  return module.columns.find(({ field }) => module.fieldId(field) === id);
}

function checkLabel(module: GeneratedModule, label: string, path: FieldPath, self?: Column): void {
  const same = ({ field }: Column): boolean => field.label.toLowerCase() === label.toLowerCase();
  if (module.columns.some((column) => column !== self && same(column))) throw path.duplicate('field_label');
}

/** The label in letters, digits and underscores, with a number behind it where another field has that name. */
function freeName(module: GeneratedModule, label: string, number: number): string {
  const plain = label.replaceAll(/\W+/g, '_').replace(/^_+|_+$/g, '');
  const name = /^[A-Za-z]/.test(plain) ? plain : `Field${number}`;
  for (let i = 0; ; i++) {
    const candidate = i === 0 ? name : `${name}${i}`;
    if (!module.column(candidate)) return candidate;
  }
}
