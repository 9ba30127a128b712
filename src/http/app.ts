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

/** The Fastify instance as the modules see it: request types follow from the TypeBox schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Refusals of this operation beyond those that every operation has; they go into the OpenAPI document. */
    errors?: readonly ErrorDefinition[];
    /** Headers of this operation's 2xx beyond those that follow from its errors; for the OpenAPI document. */
    replyHeaders?: readonly ('ETag' | 'Location')[];
    /** True on a POST or PATCH that ignores Idempotency-Key. */
    withoutIdempotency?: boolean;
    /** True where a signature stands in for a sign-in: `rawBody` holds what was signed, and `body` stays undefined. */
    signedBody?: boolean;
    /** True for pages and machines' addresses outside the contract's strictness (no OpenAPI entry, no limits). */
    page?: boolean;
    /** True where `sendCached` or `sendCachedPage` answers: past the hooks of replies. */
    sendsCached?: boolean;
    /** Set by the shell on every route that has an operation id. */
    operation?: Operation;
    /** Set by the shell: some limit holds for this route. */
    limited?: boolean;
  }
}
