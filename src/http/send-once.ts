import type { FastifyReply } from 'fastify';
import type { Once } from '../database/idempotency.ts';

/**
 * Replies with the result of a use case that took effect once. Status, `Location` and `ETag` follow from the result
 * alone, so a repeated request receives the same ones, with `Idempotent-Replayed: true`.
 * Source: draft-ietf-httpapi-idempotency-key-header. The replay header follows Stripe's API.
 */
export function sendOnce<Result>(
  reply: FastifyReply,
  outcome: Once<Result>,
  response: {
    readonly status: number;
    readonly location?: (result: Result) => string;
    readonly etag?: (result: Result) => string;
  },
): FastifyReply {
  reply.code(response.status);
  if (response.location !== undefined) reply.header('Location', response.location(outcome.result));
  if (response.etag !== undefined) reply.header('ETag', response.etag(outcome.result));
  if (outcome.replayed) reply.header('Idempotent-Replayed', 'true');
  return reply.send(outcome.result);
}
