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
  if (!outcome.replayed) return reply.send(outcome.result);
  return reply
    .header('Idempotent-Replayed', 'true')
    .header('Content-Type', 'application/json; charset=utf-8')
    .send(serializeReplay(reply, response.status, outcome.result));
}

/**
 * Serializes a result as it was the first time. One that an earlier version stored may lack members that the schema
 * requires now: it is sent as it was stored.
 */
function serializeReplay(reply: FastifyReply, status: number, result: unknown): string {
  const serialize = reply.getSerializationFunction(`${status}`);
  try {
    return serialize?.(result as Record<string, unknown>) ?? JSON.stringify(result);
  } catch {
    return JSON.stringify(result);
  }
}
