import type Ajv from 'ajv';
import {
  describeError,
  encode,
  isRecord,
  type Json,
  type KnownError,
  loadOpenApi,
  schemaAt,
} from '../../simulator/openapi';
import type { ReceivedRequest } from '../support/stub-zoho';

type Members = Record<string, Json>;

/** Headers that belong to HTTP and to authorization, which the files leave out. */
const HTTP_HEADERS =
  /^(accept|authorization|connection|content-length|content-type|host|transfer-encoding|user-agent)$/;

/** Zoho's OpenAPI files as a validator of requests. What a file does not name, a request may not have. */
export class OpenApiRequests {
  readonly #documents: ReadonlyMap<string, Json>;
  readonly #ajv: Ajv;

  constructor() {
    const { documents, ajv } = loadOpenApi(closed);
    this.#documents = documents;
    this.#ajv = ajv;
  }

  /** Violations of a request, and the known errors of the file that excused something. */
  check(
    file: string,
    route: string,
    request: ReceivedRequest,
    known: readonly KnownError[],
  ): { violations: string[]; excusedBy: KnownError[] } {
    const ofFile = known.filter((entry) => entry.file === file);
    const excusedBy = new Set<KnownError>();
    const violations = this.#errors(file, route, request).filter((text) => {
      const excuses = ofFile.filter(({ error }) => error.test(text));
      for (const excuse of excuses) excusedBy.add(excuse);
      return excuses.length === 0;
    });
    return { violations, excusedBy: [...excusedBy] };
  }

  #errors(file: string, route: string, request: ReceivedRequest): string[] {
    const pointer = ['paths', route, request.method.toLowerCase()];
    const operation = this.#at(file, pointer);
    if (!isRecord(operation)) return [`method ${request.method} ${route} is not in the file`];
    const template = new RegExp(`^${route.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    const path = template.test(request.url.pathname) ? [] : [`path ${request.url.pathname} is not ${route}`];
    const parameters = this.#parameters(file, operation['parameters']);
    return [
      ...path,
      ...this.#valueErrors('query', parameters, Object.fromEntries(request.url.searchParams)),
      ...this.#valueErrors('header', parameters, headersOf(request)),
      ...this.#bodyErrors(file, [...pointer, 'requestBody'], request),
    ];
  }

  #parameters(file: string, list: Json | undefined): Members[] {
    if (!Array.isArray(list)) return [];
    return list.map((entry) => this.#resolved(file, entry)).filter((entry) => isRecord(entry));
  }

  #valueErrors(place: 'query' | 'header', parameters: readonly Members[], given: Record<string, string>): string[] {
    const ofPlace = parameters.filter((parameter) => parameter['in'] === place);
    const named = (parameter: Members) => (typeof parameter['name'] === 'string' ? parameter['name'] : '');
    const nameOf = (parameter: Members) => (place === 'header' ? named(parameter).toLowerCase() : named(parameter));
    const missing = ofPlace.filter(
      (parameter) => parameter['required'] === true && given[nameOf(parameter)] === undefined,
    );
    const wrong = Object.entries(given).flatMap(([name, text]) => {
      const parameter = ofPlace.find((candidate) => nameOf(candidate) === name);
      if (!parameter) return [`${place} ${name} is not in the file`];
      const schema = parameter['schema'];
      const validate = this.#ajv.compile(isRecord(schema) ? schema : {});
      validate(valueOf(text, schema));
      return (validate.errors ?? []).map((error) => `${place} ${name}${describeError(error)}`);
    });
    return [...missing.map((parameter) => `${place} ${nameOf(parameter)} is missing`), ...wrong];
  }

  #bodyErrors(file: string, pointer: readonly string[], { body, headers }: ReceivedRequest): string[] {
    const described = this.#at(file, pointer);
    if (described === undefined) return body === '' ? [] : ['body is not in the file'];
    const reference = isRecord(described) ? described['$ref'] : undefined;
    const start = typeof reference === 'string' ? reference.slice(2).split('/') : pointer;
    const type = headers['content-type']?.split(';', 1)[0] ?? '';
    const schema = [...start, 'content', type, 'schema'];
    if (this.#at(file, schema) === undefined) return [`body is ${type || 'missing'}, which is not in the file`];
    const validate = this.#ajv.compile(schemaAt(file, encode(schema)));
    validate(type === 'multipart/form-data' ? partsOf(body) : JSON.parse(body));
    return (validate.errors ?? []).map((error) => `body ${describeError(error)}`);
  }

  #resolved(file: string, entry: Json): Json | undefined {
    const reference = isRecord(entry) ? entry['$ref'] : undefined;
    return typeof reference === 'string' ? this.#at(file, reference.slice(2).split('/')) : entry;
  }

  #at(file: string, pointer: readonly string[]): Json | undefined {
    return pointer.reduce<Json | undefined>(
      (found, key) => (isRecord(found) ? found[key] : undefined),
      this.#documents.get(file),
    );
  }
}

/** The files say which keys an object has, not that it has no others: without this every misspelt key would pass. */
function closed(json: Json): Json {
  if (Array.isArray(json)) return json.map(closed);
  if (!isRecord(json)) return json;
  const members = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, closed(value)]));
  const isOpen =
    members['type'] === 'object' && isRecord(members['properties']) && !('additionalProperties' in members);
  return isOpen ? { ...members, additionalProperties: false } : members;
}

function headersOf({ headers }: ReceivedRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (HTTP_HEADERS.test(name) ? [] : [[name, String(value)]])),
  );
}

/** A text of the address as the type its schema names; as it stands if it is none of that type. */
function valueOf(text: string, schema: Json | undefined): Json {
  const type = isRecord(schema) ? schema['type'] : undefined;
  if (type === 'integer' && /^\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

/** The names of the form's parts, with an object in place of each file. */
function partsOf(body: string): Members {
  const names = [...body.matchAll(/^Content-Disposition: form-data; name="([^"]*)"/gm)].map(([, name]) => name ?? '');
  return Object.fromEntries(names.map((name) => [name, {}]));
}
