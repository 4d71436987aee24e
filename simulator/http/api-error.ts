export type ErrorDetails = Readonly<Record<string, unknown>>;

/** An answer in Zoho's error envelope; thrown by handlers, written by the listener. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: ErrorDetails;
  readonly wrapper: string | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    details: ErrorDetails = {},
    /** The key of the array the error comes wrapped in, where Zoho wraps it. */
    wrapper?: string,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.wrapper = wrapper;
  }

  envelope(): Record<string, unknown> {
    const error = { code: this.code, details: this.details, message: this.message, status: 'error' };
    return this.wrapper ? { [this.wrapper]: [error] } : error;
  }
}

export const invalidToken = (): ApiError => new ApiError(401, 'INVALID_TOKEN', 'invalid oauth token');

export const authenticationFailure = (): ApiError =>
  new ApiError(401, 'AUTHENTICATION_FAILURE', 'Authentication failed');

export const scopeMismatch = (): ApiError =>
  new ApiError(401, 'OAUTH_SCOPE_MISMATCH', 'invalid oauth scope to access this URL');

export const tooManyRequests = (): ApiError =>
  new ApiError(429, 'TOO_MANY_REQUESTS', 'You have made too many requests. Please try again later.');

export const rateLimitExceeded = (): ApiError =>
  new ApiError(429, 'RATE_LIMIT_EXCEEDED', 'Too many requests. Please try again later.');

export const invalidModule = (): ApiError =>
  new ApiError(400, 'INVALID_MODULE', 'the module name given seems to be invalid', { resource_path_index: 0 });

export const invalidUrl = (): ApiError =>
  new ApiError(404, 'INVALID_URL_PATTERN', 'Please check if the URL trying to access is a correct one');

export const invalidMethod = (): ApiError =>
  new ApiError(400, 'INVALID_REQUEST_METHOD', 'The http request method type is not a valid one');

export const noPermission = (permission: string): ApiError =>
  new ApiError(403, 'NO_PERMISSION', 'permission denied', { permissions: [permission] });

export const paramMissing = (param: string): ApiError =>
  new ApiError(400, 'REQUIRED_PARAM_MISSING', 'One of the expected parameter is missing', { param_name: param });

export const patternNotMatched = (param: string): ApiError =>
  new ApiError(400, 'PATTERN_NOT_MATCHED', 'Please check whether the input values are correct', { param_name: param });

export const invalidData = (message: string, details: ErrorDetails): ApiError =>
  new ApiError(400, 'INVALID_DATA', message, details);

export const invalidId = (id: string): ApiError => invalidData('the id given seems to be invalid', { id });

export const unparsable = (): ApiError => new ApiError(400, 'UNABLE_TO_PARSE_DATA_TYPE', 'body');

export const resourceNotFound = (resource: string): ApiError =>
  new ApiError(404, 'RESOURCE_NOT_FOUND', "The requested resource doesn't exist.", { resource });

/** The control plane is for programs: a page that calls it from a browser is not one of the simulator's. */
export const notForWebPages = (): ApiError =>
  new ApiError(403, 'NOT_ALLOWED', 'the control plane takes no calls of web pages');

export const internalError = (): ApiError => new ApiError(500, 'INTERNAL_ERROR', 'Internal server error occurred.');
