import type { ColumnFactory } from './column';
import { createdTime, modifiedTime, varied } from './columns';
import type { DataType } from './data-type';
import { user } from './draws';
import type { FieldDefinition } from './field';
import type { FieldPlan } from './generated-module';
import { tags } from './lookup-columns';

type Extras = Partial<Omit<FieldDefinition, 'apiName' | 'label' | 'dataType'>>;

/** A standard field. The label is the API name with spaces. */
export function standard(apiName: string, dataType: DataType, column: ColumnFactory, extras: Extras = {}): FieldPlan {
  const definition: FieldDefinition = { apiName, label: labelOf(apiName), dataType, custom: false, ...extras };
  return { definition, column: () => column };
}

/** A field an administrator added. */
export function custom(apiName: string, dataType: DataType, column: ColumnFactory, extras: Extras = {}): FieldPlan {
  return standard(apiName, dataType, column, { custom: true, ...extras });
}

function labelOf(apiName: string): string {
  return apiName.replaceAll('_', ' ');
}

const OWNER = standard('Owner', 'ownerlookup', varied(user));
const CREATED_BY = standard('Created_By', 'ownerlookup', varied(user), { readOnly: true });
const MODIFIED_BY = standard('Modified_By', 'ownerlookup', varied(user), { readOnly: true });
const CREATED_TIME = standard('Created_Time', 'datetime', createdTime, { readOnly: true });
const MODIFIED_TIME = standard('Modified_Time', 'datetime', modifiedTime, { readOnly: true });
export const TAG = standard('Tag', 'text', varied(tags));

/** The fields every ordinary module ends with. */
export const AUDIT_FIELDS: readonly FieldPlan[] = [OWNER, CREATED_BY, MODIFIED_BY, CREATED_TIME, MODIFIED_TIME];
