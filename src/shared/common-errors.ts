import { CodedError, defineErrors, type InputError } from './errors.ts';

/** Errors that any operation can return. */
export const requestErrors = defineErrors('request', {
  invalid: [
    400,
    'The request does not have the expected shape.',
    'A field, a parameter or a header is missing, unknown or out of range. `errors` lists each location as a JSON pointer.',
  ],
  malformed: [
    400,
    'The request could not be read.',
    'The body is not valid JSON in UTF-8, is nested too deeply, or the HTTP message itself is broken. Nothing was done.',
  ],
  invalidCursor: [
    400,
    'The cursor is not valid for this list.',
    'Cursors are opaque and belong to the filters that they were created with. Start again without a cursor.',
  ],
  notFound: [
    404,
    'There is nothing at this address.',
    'Check the path against the API reference at /docs.',
  ],
  methodNotAllowed: [
    405,
    'This address does not support that method.',
    'The header `Allow` lists the supported methods.',
  ],
  timeout: [
    408,
    'The request took too long to arrive.',
    'Send the whole request within 15 seconds.',
  ],
  preconditionFailed: [
    412,
    'The resource has changed since you read it.',
    'The `If-Match` header does not match the current version. Read the resource again, then decide again.',
  ],
  tooLarge: [
    413,
    'The request is too large.',
    'A body may have at most 1 MiB, 64 KiB below `/api/auth`, and 256 KiB for a payment provider’s webhook.',
  ],
  headersTooLarge: [
    431,
    'The request line and headers are too large.',
    'Together they may have at most 16 KiB.',
  ],
  unsupportedMediaType: [
    415,
    'The content type of the body is not supported.',
    'Send `Content-Type: application/json` in UTF-8.',
  ],
  rateLimited: [429, 'Too many requests.', 'Wait for the number of seconds in `Retry-After`.'],
});

export const authErrors = defineErrors('auth', {
  unauthenticated: [
    401,
    'Sign in first.',
    'The token is missing, malformed, expired or revoked. Sign in, or refresh the access token. An order token gives no access any more 30 days after its order has ended.',
  ],
  forbidden: [
    403,
    'Your role does not allow this.',
    'The caller is known, but may not use this operation.',
  ],
  passwordChangeRequired: [
    403,
    'Choose a new password first.',
    'Someone else knows the password of this account, or chose it under a weaker rule. Until it is changed with `POST /api/auth/password`, only this, the own profile and signing out are allowed. Then refresh the access token, or sign in again.',
  ],
  factorRequired: [
    403,
    'Set up a second factor first.',
    'This shop requires a second factor of its staff. Until one is set up with `POST /api/auth/factors/passkeys` or `POST /api/auth/factors/totp`, only this, the own profile and password, and signing out are allowed. Then refresh the access token, or sign in again.',
  ],
  stepUpRequired: [
    403,
    'Confirm first that it is you.',
    'This needs a proof of who you are that is at most ten minutes old; refreshing the access token does not renew it. `methods` lists what counts as one: send it to `POST /api/auth/step-up`, then repeat the request with the new access token.',
  ],
  originNotAllowed: [
    403,
    'This origin may not use the session cookie.',
    'A change by cookie needs the `Origin` of PUBLIC_URL (at the console that of CONSOLE_URL), of one of CORS_ORIGINS, or of this server by its address. A sign-in that asks for cookies has one of these, or none.',
  ],
});

export const idempotencyErrors = defineErrors('idempotency', {
  invalidKey: [
    400,
    'The Idempotency-Key is invalid.',
    'It must have 1 to 255 printable ASCII characters, with or without quotes.',
  ],
  inFlight: [
    409,
    'The first request with this key is still in progress.',
    'Wait for the number of seconds in `Retry-After`, then send the same request again.',
  ],
  keyReused: [
    422,
    'This key was already used for a different request.',
    'An Idempotency-Key or clientToken belongs to one request with one body. Use a new one for a new intent.',
  ],
  responseErased: [
    409,
    'The response to the first request with this key was erased.',
    'The request took effect. Its response told of a person who has been erased since.',
  ],
});

export const serviceErrors = defineErrors('service', {
  unavailable: [
    503,
    'The service cannot answer right now.',
    'A dependency, such as the database, is unavailable or too busy. It is not known whether the change was made: send the same request again with the same Idempotency-Key.',
  ],
  internal: [
    500,
    'Something went wrong on our side.',
    'The error has been logged under the `requestId`.',
  ],
});

/** Returns a 400 about one location in the input. */
export function invalidInput(pointer: string, detail: string): CodedError {
  return invalidInputs([{ pointer, detail }]);
}

export function invalidInputs(errors: readonly InputError[]): CodedError {
  return new CodedError(requestErrors.invalid, { errors });
}

/** Returns a 503 with the seconds that a client should wait. The cause is logged, not sent. */
export function unavailable(cause: unknown, retryAfterSeconds = 2): CodedError {
  return new CodedError(serviceErrors.unavailable, {
    cause,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

/** Returns a 409: the first request with this key or token is still in progress. The cause is logged, not sent. */
export function inFlight(cause?: unknown): CodedError {
  return new CodedError(idempotencyErrors.inFlight, {
    cause,
    headers: { 'Retry-After': '1' },
  });
}
