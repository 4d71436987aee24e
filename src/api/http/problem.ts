import { z } from 'zod';

/** Party that has to act: the client on its request, its rights or its timing, or the operator of the named part. */
export const PROBLEM_CATEGORIES = [
  'request',
  'validation',
  'authentication',
  'permission',
  'not_found',
  'conflict',
  'workflow_engine',
  'database',
  'zoho',
  'internal',
] as const;
export type ProblemCategory = (typeof PROBLEM_CATEGORIES)[number];

interface ProblemKind {
  status: number;
  title: string;
  category: ProblemCategory;
  /** Whether the same request, sent again later, can succeed. */
  retryable: boolean;
}

/** Every problem the API answers. Codes are part of the interface: clients branch on them, never on texts. */
export const PROBLEMS = {
  malformed_json: problem(400, 'The body is not JSON', 'request'),
  malformed_request: problem(400, 'The request is not HTTP', 'request'),
  invalid_parameter: problem(400, 'A parameter is not valid', 'validation'),
  unauthenticated: problem(401, 'No valid API key', 'authentication'),
  too_many_requests: problem(429, 'Too many requests without a valid API key', 'authentication', true),
  credit_share_spent: problem(429, 'The API key has spent its share of the credits', 'permission', true),
  forbidden: problem(403, 'The role of the API key does not allow this', 'permission'),
  route_not_found: problem(404, 'No such route', 'not_found'),
  session_not_found: problem(404, 'No such session', 'not_found'),
  operation_not_found: problem(404, 'No such bulk write or mass update', 'not_found'),
  verification_not_found: problem(404, 'The session has no result of a comparison', 'not_found'),
  mirror_not_found: problem(404, 'The module has no mirror', 'not_found'),
  record_not_found: problem(404, 'The mirror does not have the record', 'not_found'),
  approval_not_found: problem(404, 'No such approval', 'not_found'),
  schema_change_not_found: problem(404, 'No such schema change', 'not_found'),
  quarantine_entry_not_found: problem(404, 'The record is not in quarantine', 'not_found'),
  schedule_not_found: problem(404, 'No such schedule', 'not_found'),
  configuration_not_found: problem(404, 'No such configuration', 'not_found'),
  channel_not_found: problem(404, 'No such channel', 'not_found'),
  notification_refused: problem(404, 'No such address', 'not_found'),
  api_key_not_found: problem(404, 'No such API key', 'not_found'),
  connection_not_found: problem(404, 'No such connection', 'not_found'),
  method_not_allowed: problem(405, 'The route does not know this method', 'request'),
  request_timeout: problem(408, 'The request did not arrive in time', 'request', true),
  sync_already_running: problem(409, 'The module is being synced', 'conflict'),
  session_finished: problem(409, 'The session has ended', 'conflict'),
  operation_finished: problem(409, 'The operation has ended', 'conflict'),
  command_refused: problem(409, 'The session refused the command', 'conflict'),
  workflow_not_running: problem(409, "The session's workflow is not running", 'conflict'),
  approval_decided: problem(409, 'The approval no longer waits', 'conflict'),
  schema_change_decided: problem(409, 'The schema change no longer waits', 'conflict'),
  last_admin_key: problem(409, 'It is the last admin key', 'conflict'),
  configuration_exists: problem(409, 'There is a configuration of this name', 'conflict'),
  module_configured: problem(409, 'The module has another active configuration', 'conflict'),
  schedule_not_ready: problem(409, 'The schedule is being made', 'conflict', true),
  connection_exists: problem(409, 'There is a connection of this name', 'conflict'),
  connection_in_use: problem(409, 'The connection is connected, or at work', 'conflict'),
  connection_not_active: problem(409, 'The connection cannot be used', 'conflict'),
  connection_needs_reauth: problem(409, 'The organization must be connected again', 'conflict'),
  grant_refused: problem(409, 'The organization could not be connected with this grant', 'conflict'),
  zoho_permission: problem(403, 'The connected user may not do this in Zoho', 'permission'),
  zoho_not_found: problem(404, 'Zoho does not have this', 'not_found'),
  zoho_refused: problem(409, 'Zoho refused this', 'conflict'),
  zoho_cursor_lost: problem(410, 'The place in the list is lost', 'conflict'),
  precondition_failed: problem(412, 'It was changed since the caller has read it', 'conflict'),
  payload_too_large: problem(413, 'The body is too large', 'request'),
  unsupported_media_type: problem(415, 'The body must be application/json', 'request'),
  validation_failed: problem(422, 'The body is not valid', 'validation'),
  configuration_invalid: problem(422, 'The configuration does not fit its module', 'validation'),
  unknown_connection: problem(422, 'No such connection', 'validation'),
  connection_required: problem(422, 'The request must name its connection', 'validation'),
  fields_not_updatable: problem(422, 'The fields cannot be given these values', 'validation'),
  unknown_module: problem(422, 'No such module', 'validation'),
  module_not_readable: problem(422, 'The API gives no records of the module', 'validation'),
  module_not_synced: problem(422, 'Not enough is known of the module', 'validation'),
  zoho_invalid: problem(422, 'Zoho does not take this', 'validation'),
  zoho_locked: problem(423, 'The record is locked in Zoho', 'conflict', true),
  idempotency_key_reused: problem(422, 'The idempotency key belongs to another request', 'validation'),
  precondition_required: problem(428, 'The request must say which version it changes', 'request'),
  headers_too_large: problem(431, 'The headers are too large', 'request'),
  internal_error: problem(500, 'Something went wrong on our side', 'internal'),
  encryption_key_missing: problem(503, 'A stored secret cannot be read or written', 'internal'),
  zoho_outcome_unknown: problem(502, 'Zoho may have done this', 'zoho'),
  zoho_throttled: problem(503, 'Zoho wants a pause', 'zoho', true),
  zoho_unavailable: problem(503, 'Zoho cannot be reached', 'zoho', true),
  temporal_unavailable: problem(503, 'Temporal cannot be reached', 'workflow_engine', true),
  no_worker: problem(503, 'No worker answers', 'workflow_engine', true),
  database_unavailable: problem(503, 'The database cannot be reached', 'database', true),
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One thing that is wrong with a request: `pointer` into the body (RFC 6901), or the `parameter`'s name. */
export interface ProblemDetail {
  pointer?: string;
  parameter?: string;
  detail: string;
}

/** Thrown anywhere below a route; answered as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly code: ProblemCode;
  readonly more: { errors?: ProblemDetail[]; headers?: Record<string, string>; sessionId?: string };

  constructor(
    code: ProblemCode,
    /** One sentence for the caller: no secret, no internals. */
    detail: string,
    more: { errors?: ProblemDetail[]; headers?: Record<string, string>; sessionId?: string } = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.code = code;
    this.more = more;
    this.kind = PROBLEMS[code];
  }
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

export const ProblemDocument = z
  .strictObject({
    type: z.string().meta({ description: 'URN of the kind of problem.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'Path of the request.' }),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    category: z.enum(PROBLEM_CATEGORIES),
    retryable: z.boolean().meta({ description: 'Whether the same request can succeed later.' }),
    requestId: z.string(),
    sessionId: z.string().optional().meta({ description: 'The session that is in the way.' }),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().optional().meta({ description: 'JSON pointer into the body.' }),
          parameter: z.string().optional().meta({ description: 'Name of a path, query or header parameter.' }),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457).' });
export type ProblemDocument = z.infer<typeof ProblemDocument>;

export function toProblemDocument(problem: Problem, instance: string, requestId: string): ProblemDocument {
  const { status, title, category, retryable } = problem.kind;
  return {
    type: `urn:pipeline-pulse-sync:problem:${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance,
    code: problem.code,
    category,
    retryable,
    requestId,
    ...(problem.more.sessionId !== undefined && { sessionId: problem.more.sessionId }),
    ...(problem.more.errors !== undefined && { errors: problem.more.errors }),
  };
}

function problem(status: number, title: string, category: ProblemCategory, retryable = false): ProblemKind {
  return { status, title, category, retryable };
}
