import type { Json } from './openapi-schemas.ts';
import type { OwnCookies } from './own-cookies.ts';

/** Returns the components that operations refer to. */
export function documentComponents({ access, refresh }: OwnCookies): {
  schemas: Record<string, Json>;
  [kind: string]: Record<string, Json>;
} {
  return {
    schemas: { Problem: problemSchema },
    headers: {
      RequestId: {
        description: 'The id of this request: the `X-Request-Id` that was sent, or a new one.',
        schema: { type: 'string' },
      },
      RetryAfter: {
        description: 'Seconds to wait before the next attempt.',
        schema: { type: 'integer', minimum: 0 },
      },
      RateLimit: {
        description:
          'The remaining quota: for each limit by name, `r` requests in the next `t` seconds. Source: draft-ietf-httpapi-ratelimit-headers.',
        schema: { type: 'string' },
        example: '"global";r=57;t=300',
      },
      RateLimitPolicy: {
        description: 'The limits that apply to this caller: by name, `q` requests in `w` seconds.',
        schema: { type: 'string' },
        example: '"global";q=100;w=900',
      },
      Authenticate: {
        description: 'How to sign in: with a bearer token.',
        schema: { type: 'string', const: 'Bearer' },
      },
      IdempotentReplayed: {
        description:
          '`true` if this is the stored response to an earlier request with the same key.',
        schema: { type: 'string', const: 'true' },
      },
      ETag: {
        description:
          'The version of the returned resource, for `If-Match`. Source: RFC 9110 §8.8.3.',
        schema: { type: 'string' },
        example: '"3"',
      },
      Location: {
        description: 'The address of the created resource.',
        schema: { type: 'string', format: 'uri-reference' },
      },
      PreferenceApplied: {
        description: 'The preference of `Prefer` that was applied. Source: RFC 7240 §3.',
        schema: { type: 'string', const: 'respond-async' },
      },
    },
    parameters: {
      IdempotencyKey: {
        name: 'Idempotency-Key',
        in: 'header',
        required: false,
        description:
          'Makes the request take effect once: a repeat with the same key and body receives the first response. Stored for 24 hours.',
        schema: { type: 'string', minLength: 1, maxLength: 600 },
      },
      IfMatch: {
        name: 'If-Match',
        in: 'header',
        required: false,
        description:
          'The `ETag` that the change is based on. If the version has changed since, the request is refused (412).',
        schema: { type: 'string' },
        example: '"3"',
      },
      IfNoneMatch: {
        name: 'If-None-Match',
        in: 'header',
        required: false,
        description:
          'The `ETag` that the client already has. The response to the same version is 304.',
        schema: { type: 'string' },
        example: '"3"',
      },
    },
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description: 'An access token, or an API key (`hf_…`).',
      },
      sessionCookie: {
        type: 'apiKey',
        in: 'cookie',
        name: access.name,
        description:
          'The access token as a cookie, which a sign-in with `credentials: cookie` sets. A change also needs an allowed `Origin`. Two cookies of this name are refused.',
      },
      refreshCookie: {
        type: 'apiKey',
        in: 'cookie',
        name: refresh.name,
        description:
          'The refresh token as a cookie, which browsers send below `/api/auth` only. It needs an allowed `Origin`.',
      },
      orderToken: {
        type: 'http',
        scheme: 'bearer',
        description:
          'The token of one order, which its placement without an account returns. It gives access to this order until 30 days after the order has ended. Never in a query or a cookie.',
      },
      metricsToken: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN.' },
    },
  };
}

const problemSchema: Json = {
  type: 'object',
  description: 'A problem document. Source: RFC 9457.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'A page that explains the problem.' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'The requested path.' },
    code: { type: 'string', description: 'A stable code for programs to check.' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      description: 'What is wrong with the input.',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description:
              'A JSON pointer into the body (RFC 6901), `?name` for a query parameter, `/path/name` or `/headers/name`.',
          },
          detail: { type: 'string' },
        },
      },
    },
  },
};
