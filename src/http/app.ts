import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ErrorDefinition } from '../shared/errors.ts';
import type { Operation } from './operation.ts';

/** The Fastify instance for modules. Request types follow from the TypeBox schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Refusals of this operation in addition to those of every operation, for the OpenAPI document. */
    errors?: readonly ErrorDefinition[];
    /** Headers of this operation's 2xx in addition to those that follow from its errors, for the OpenAPI document. */
    replyHeaders?: readonly ('ETag' | 'Location')[];
    /** Whether this POST or PATCH ignores Idempotency-Key. */
    withoutIdempotency?: boolean;
    /** Whether a signature replaces the sign-in: `rawBody` contains the signed bytes, and `body` stays undefined. */
    signedBody?: boolean;
    /**
     * Whether this is a page or a technical route outside the contract (no OpenAPI entry, no strictness, no limits).
     */
    page?: boolean;
    /** Whether the route replies with `sendCached` or `sendCachedPage`, which bypass the reply hooks. */
    sendsCached?: boolean;
    /** Set by the shell on every route that has an operation id. */
    operation?: Operation;
    /** Set by the shell: whether a limit applies to this route. */
    limited?: boolean;
  }
}
