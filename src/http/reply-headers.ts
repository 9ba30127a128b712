import type { FastifyReply, FastifyRequest } from 'fastify';

/** Replies are data: nothing in them may run, be framed, or be guessed to be of another type. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Pages of this server load from it alone. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What every reply bears, a refusal too, so it is set before anything is looked at. */
export function setCommonHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  https: boolean,
): void {
  reply.header('x-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
  reply.header('content-security-policy', DATA_POLICY);
  reply.header('referrer-policy', 'no-referrer');
  reply.header('cache-control', 'no-store');
  if (https) reply.header('strict-transport-security', 'max-age=31536000');
}

/** The reply depends on who asks: a shared cache must keep it from others. */
export function markCallerDependent(reply: FastifyReply): void {
  const vary = reply.getHeader('vary');
  reply.header('cache-control', 'private, no-cache');
  reply.header(
    'vary',
    vary === undefined ? 'Authorization, Cookie' : `${String(vary)}, Authorization, Cookie`,
  );
}
