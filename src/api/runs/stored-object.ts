import { z } from 'zod';

/** Schemas of all fields of a type. */
type FieldsOf<T> = {
  [Field in keyof T]-?: undefined extends T[Field]
    ? z.ZodOptional<z.ZodType<Exclude<T[Field], undefined>>>
    : z.ZodType<T[Field]>;
};

/**
 * Schema of an object that a workflow stored as T. A field that is missing, misspelled or of another type does not
 * compile; fields that only other versions know pass.
 */
export function storedObject<T extends object>(fields: FieldsOf<T>): z.ZodType<T, T> {
  return z.looseObject(fields) as z.ZodType<unknown> as z.ZodType<T, T>;
}
