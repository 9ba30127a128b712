import { CodedError, defineErrors, type InputError } from './errors.ts';

/** Refusals that any operation can give, whatever its noun. */
export const requestErrors = defineErrors('request', {
  invalid: [
    400,
    'The request does not have the expected shape.',
    'A field, a parameter or a header is missing, unknown, or out of its range. The list `errors` names each place by a JSON pointer.',
  ],
  malformed: [
    400,
    'The request could not be read.',
    'The body is not valid JSON in UTF-8, is nested too deeply, or the HTTP message itself is broken. Nothing was done.',
  ],
  invalidCursor: [
    400,
    'The cursor is not valid for this list.',
    'Cursors are opaque and belong to the filters they were made under. Start again without a cursor.',
  ],
  notFound: [
    404,
    'There is nothing at this address.',
    'Check the path against the API reference at /docs.',
  ],
  methodNotAllowed: [
    405,
    'This address does not answer that method.',
    'The header `Allow` names the methods that it does answer.',
  ],
  timeout: [
    408,
    'The request took too long to arrive.',
    'Send the whole request within 15 seconds.',
  ],
  preconditionFailed: [
    412,
    'The resource has changed since you read it.',
    'The `If-Match` header does not name the current version. Read the resource again and decide anew.',
  ],
  tooLarge: [
    413,
    'The request is too large.',
    'A body may have at most 1 MiB; below `/api/auth` 64 KiB, and as a webhook of a payment provider 256 KiB.',
  ],
  headersTooLarge: [
    431,
    'The request line and headers are too large.',
    'Together they may have at most 16 KiB.',
  ],
  unsupportedMediaType: [
    415,
    'The body is not of a type that is understood here.',
    'Send `Content-Type: application/json` in UTF-8.',
  ],
  rateLimited: [429, 'Too many requests.', 'Wait for the number of seconds in `Retry-After`.'],
});

export const authErrors = defineErrors('auth', {
  unauthenticated: [
    401,
    'Sign in first.',
    'There is no token, or it is broken, expired or revoked. Sign in, or refresh the access token.',
  ],
  forbidden: [
    403,
    'Your role does not allow this.',
    'The caller is known, but may not use this operation.',
  ],
  originNotAllowed: [
    403,
    'This origin may not use the session cookie.',
    'A request that changes something and is authenticated by cookie needs an `Origin` of this server or of CORS_ORIGINS.',
  ],
});

export const idempotencyErrors = defineErrors('idempotency', {
  invalidKey: [
    400,
    'The Idempotency-Key is not usable.',
    'It takes 1 to 255 printable ASCII characters, bare or as a quoted string.',
  ],
  inFlight: [
    409,
    'The first request with this key is still being worked on.',
    'Wait for the number of seconds in `Retry-After`, then send the same request again.',
  ],
  keyReused: [
    422,
    'This key was already used for another request.',
    'An Idempotency-Key or clientToken belongs to one request with one body. Use a new one for a new intent.',
  ],
});

export const serviceErrors = defineErrors('service', {
  unavailable: [
    503,
    'The service cannot answer right now.',
    'A part that it needs, such as the database, is away or too busy. Whether a change was made is not known: send the same request again with the same Idempotency-Key.',
  ],
  internal: [
    500,
    'Something went wrong on our side.',
    'The fault has been logged under the `requestId`.',
  ],
});

/** A 400 about one place of the input. */
export function invalidInput(pointer: string, detail: string): CodedError {
  return invalidInputs([{ pointer, detail }]);
}

export function invalidInputs(errors: readonly InputError[]): CodedError {
  return new CodedError(requestErrors.invalid, { errors });
}

/** 503, with how many seconds a client should wait. The cause is logged, not sent. */
export function unavailable(cause: unknown, retryAfterSeconds = 2): CodedError {
  return new CodedError(serviceErrors.unavailable, {
    cause,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

/** 409: the first request under this key or token is not done yet. The cause is logged, not sent. */
export function inFlight(cause?: unknown): CodedError {
  return new CodedError(idempotencyErrors.inFlight, {
    cause,
    headers: { 'Retry-After': '1' },
  });
}
