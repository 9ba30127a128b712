import type { FastifyReply } from 'fastify';
import type { Once } from '../database/idempotency.ts';

/**
 * Answers with the result of a use case that took effect once. Status, `Location` and `ETag` follow from the result
 * alone, so a repeat gets the same ones, with `Idempotent-Replayed: true`.
 * Source: draft-ietf-httpapi-idempotency-key-header; the replay header is the custom of Stripe's API.
 */
export function sendOnce<Result>(
  reply: FastifyReply,
  outcome: Once<Result>,
  answer: {
    readonly status: number;
    readonly location?: (result: Result) => string;
    readonly etag?: (result: Result) => string;
  },
): FastifyReply {
  reply.code(answer.status);
  if (answer.location !== undefined) reply.header('Location', answer.location(outcome.result));
  if (answer.etag !== undefined) reply.header('ETag', answer.etag(outcome.result));
  if (outcome.replayed) reply.header('Idempotent-Replayed', 'true');
  return reply.send(outcome.result);
}
