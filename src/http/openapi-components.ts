import { sessionCookies } from './authentication.ts';
import type { Json } from './openapi-schemas.ts';

/** What every operation may refer to. */
export function documentComponents(): {
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
        description: 'How many seconds to wait before the next try.',
        schema: { type: 'integer', minimum: 0 },
      },
      RateLimit: {
        description:
          'What is left: for each limit by name, `r` requests for the next `t` seconds. Source: draft-ietf-httpapi-ratelimit-headers.',
        schema: { type: 'string' },
        example: '"global";r=57;t=300',
      },
      RateLimitPolicy: {
        description: 'The limits that hold for this caller: by name, `q` requests in `w` seconds.',
        schema: { type: 'string' },
        example: '"global";q=100;w=900',
      },
      Authenticate: {
        description: 'How to sign in: by a bearer token.',
        schema: { type: 'string', const: 'Bearer' },
      },
      IdempotentReplayed: {
        description:
          '`true` when this is the stored answer of an earlier request with the same key.',
        schema: { type: 'string', const: 'true' },
      },
      ETag: {
        description: 'The version of what was answered, for `If-Match`. Source: RFC 9110 §8.8.3.',
        schema: { type: 'string' },
        example: '"3"',
      },
      Location: {
        description: 'Where what was made can be read.',
        schema: { type: 'string', format: 'uri-reference' },
      },
      PreferenceApplied: {
        description: 'Which preference of `Prefer` was followed. Source: RFC 7240 §3.',
        schema: { type: 'string', const: 'respond-async' },
      },
    },
    parameters: {
      IdempotencyKey: {
        name: 'Idempotency-Key',
        in: 'header',
        required: false,
        description:
          'Makes the request take effect once: a repeat with the same key and body gets the first answer. Kept for 24 hours.',
        schema: { type: 'string', minLength: 1, maxLength: 600 },
      },
      IfMatch: {
        name: 'If-Match',
        in: 'header',
        required: false,
        description:
          'The `ETag` that the change was made for: with another version there now, it is refused (412).',
        schema: { type: 'string' },
        example: '"3"',
      },
      IfNoneMatch: {
        name: 'If-None-Match',
        in: 'header',
        required: false,
        description: 'The `ETag` that is already there: the answer to the same version is 304.',
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
        name: sessionCookies.access.name,
        description:
          'The access token as a cookie. A change also needs an allowed `Origin`. Two cookies of this name are refused.',
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
    instance: { type: 'string', description: 'The path that was asked for.' },
    code: { type: 'string', description: 'Stable: decide by this.' },
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
