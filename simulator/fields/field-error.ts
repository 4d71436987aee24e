import { ApiError, type ErrorDetails } from '../http/api-error';

/** Where in the request a key of a field stands. */
export class FieldPath {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  at(key: string): { api_name: string; json_path: string } {
    return { api_name: key.split(/[.[]/)[0] ?? key, json_path: `${this.path}.${key}` };
  }

  mandatory(key: string): ApiError {
    return new ApiError(400, 'MANDATORY_NOT_FOUND', 'required field not found', this.at(key));
  }

  invalid(key: string, details: ErrorDetails = {}): ApiError {
    return new ApiError(400, 'INVALID_DATA', 'invalid data', { ...details, ...this.at(key) });
  }

  duplicate(key: string): ApiError {
    return new ApiError(400, 'DUPLICATE_DATA', 'duplicate data', this.at(key));
  }

  refuse(code: string, message: string, key: string): ApiError {
    return new ApiError(400, code, message, this.at(key));
  }

  /** A key that is there, if it has the type expected. */
  typed<T>(input: Readonly<Record<string, unknown>>, key: string, type: string, is: (value: unknown) => value is T): T {
    const value = input[key];
    if (!is(value)) throw this.invalid(key, { expected_data_type: type });
    return value;
  }
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}
