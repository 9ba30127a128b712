import type { FastifyReply, FastifyRequest } from 'fastify';
import { entityTag, ifMatchVersion, requireCaller } from '../../http/index.ts';
import type { CartTarget, ClaimedTarget } from './change-cart.ts';
import { CartReply, type CartView } from './schemas.ts';

export const tags = ['Cart'];
export const response = { 200: CartReply };

/** How `sendOnce` replies with a changed cart. */
export const changed = { status: 200, etag: (cart: CartView) => entityTag(cart.version) };

export function buildTarget(request: FastifyRequest): CartTarget {
  const ifMatch = ifMatchVersion(request.headers['if-match']);
  return { customerId: requireCaller(request).id, ifMatch };
}

export function buildClaimedTarget(request: FastifyRequest): ClaimedTarget {
  return { ...buildTarget(request), claim: request.claim };
}

/**
 * Sends a cart. Its entity tag only guards changes: prices and stock change without a new version, so there is no 304.
 */
export function sendCart(reply: FastifyReply, cart: CartView): CartView {
  reply.header('ETag', entityTag(cart.version));
  return cart;
}
