import { Model, snakeCaseMappers } from 'objection';

/** A JSON value of a `jsonb` column. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, unknown>;

const mappers = snakeCaseMappers();

/**
 * Properties are camelCase, columns snake_case. In every model `bigint` and `numeric` columns are strings,
 * `timestamptz` columns are `Date`, `date` columns are `YYYY-MM-DD`.
 */
export abstract class BaseModel extends Model {
  static override get columnNameMappers() {
    return mappers;
  }
}
