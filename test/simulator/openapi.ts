import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv, { type AnySchema, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';

const FOLDER = path.join(__dirname, '../../simulator/openapi');
/** References between Zoho's files. */
const BASE = 'https://raw.githubusercontent.com/Zohocorp-Pvt-Ltd/crm-oas/refs/heads/main/v8.0/';
/** Files that are referred to and not part of the repository; their parts match anything. */
const ABSENT: Readonly<Record<string, readonly string[]>> = {
  'tags.json': ['Tag'],
  'profiles.json': ['Minified_Profile'],
  'layouts.json': ['layouts'],
  'related_lists.json': ['related_list'],
};

/** A place where Zoho's file is wrong, with the reason we think so. */
export interface KnownError {
  readonly file: string;
  /** On `path keyword message params` of the validator's error, with ` (null)` at the end where the value is null. */
  readonly error: RegExp;
  readonly reason: string;
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Zoho's files by name, each changed by `change`, and a validator that knows them all. */
export function loadOpenApi(change: (document: Json) => Json = (document) => document) {
  const documents = new Map<string, Json>();
  const ajv = new Ajv({ strict: false, allErrors: true, verbose: true });
  addFormats(ajv);
  for (const name of readdirSync(FOLDER)) {
    const document = change(repaired(JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) as Json));
    documents.set(name, document);
    ajv.addSchema(document as AnySchema, BASE + name);
  }
  for (const [name, schemas] of Object.entries(ABSENT)) {
    ajv.addSchema({ components: { schemas: Object.fromEntries(schemas.map((key) => [key, {}])) } }, BASE + name);
  }
  return { documents, ajv };
}

/** Zoho's OpenAPI files as a validator of responses. */
export class OpenApi {
  readonly #documents: ReadonlyMap<string, Json>;
  readonly #ajv: Ajv;

  constructor() {
    const { documents, ajv } = loadOpenApi();
    this.#documents = documents;
    this.#ajv = ajv;
  }

  /**
   * Violations of a response, apart from known errors of the file; empty when it conforms to one of the
   * alternatives the file gives for the status.
   */
  violations(
    file: string,
    route: string,
    method: string,
    status: number,
    body: unknown,
    known: readonly KnownError[],
  ): string[] {
    const pointer = ['paths', route, method, 'responses', String(status)];
    const ofFile = known.filter((entry) => entry.file === file);
    const isError = isRecord(body as Json) && 'code' in (body as object);
    const alternatives = this.#alternatives(file, pointer, isError);
    const results = alternatives.map((schema) => {
      const validate = this.#ajv.compile(schemaAt(file, schema));
      validate(body);
      return (validate.errors ?? []).map(describeError).filter((text) => !ofFile.some(({ error }) => error.test(text)));
    });
    return results.reduce(
      (least, errors) => (errors.length < least.length ? errors : least),
      results[0] ?? ['no schema'],
    );
  }

  /**
   * Pointers to the schemas a response may have, of errors or of results; references to shared responses are followed.
   */
  #alternatives(file: string, pointer: readonly string[], ofErrors: boolean): string[] {
    const response = this.#at(file, pointer);
    const reference = isRecord(response) ? response['$ref'] : undefined;
    if (typeof reference === 'string') return this.#alternatives(file, reference.slice(2).split('/'), ofErrors);
    const schema = [...pointer, 'content', 'application/json', 'schema'];
    const found = this.#at(file, schema);
    const choices = isRecord(found) && Array.isArray(found['anyOf']) ? found['anyOf'] : undefined;
    if (!choices) return [encode(schema)];
    return choices.flatMap((choice, k) =>
      this.#describesErrors(file, choice) === ofErrors ? [encode([...schema, 'anyOf', String(k)])] : [],
    );
  }

  #describesErrors(file: string, schema: Json): boolean {
    if (!isRecord(schema)) return false;
    const reference = schema['$ref'];
    if (typeof reference !== 'string') return isRecord(schema['properties']) && 'code' in schema['properties'];
    if (!reference.startsWith('#/')) return false;
    return this.#describesErrors(file, this.#at(file, reference.slice(2).split('/')) ?? null);
  }

  #at(file: string, pointer: readonly string[]): Json | undefined {
    let found = this.#documents.get(file);
    for (const key of pointer) {
      found = Array.isArray(found) ? found[Number(key)] : isRecord(found) ? found[key] : undefined;
    }
    return found;
  }
}

/** `oneOf` becomes `anyOf`: the files list alternatives without required keys, which all fit at once. */
function repaired(json: Json): Json {
  if (Array.isArray(json)) return json.map(repaired);
  if (!isRecord(json)) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key === 'oneOf' ? 'anyOf' : key, repaired(value)]),
  );
}

/** The schema at a pointer of a file. */
export function schemaAt(file: string, pointer: string): { $ref: string } {
  return { $ref: `${BASE}${file}#${pointer}` };
}

export function isRecord(json: Json | undefined): json is { [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

export function encode(pointer: readonly string[]): string {
  return pointer.map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');
}

export function describeError({ instancePath, keyword, message = '', params, data }: ErrorObject): string {
  return `${instancePath} ${keyword} ${message} ${JSON.stringify(params)}${data === null ? ' (null)' : ''}`;
}
