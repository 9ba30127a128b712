import { isId } from '../../../shared/ids.ts';
import {
  createSignedTokens,
  type Payload,
  type TokenOptions,
  toNumericDate,
} from './signed-tokens.ts';

/** The claims of an order token with a valid signature. Whether it still gives a right is known from its order. */
export interface OrderClaims {
  readonly orderId: string;
}

export interface OrderTokens {
  /** Returns the same token for the same order, so that none is stored and a replay can contain it. */
  sign(orderId: string, orderedAt: Date): string;
  /** Returns null unless the token was issued by and for this installation. It does not expire. */
  verify(token: string): OrderClaims | null;
}

/** Creates and verifies the tokens of orders: who has one may read, pay, change and cancel that order. */
export function createOrderTokens(options: TokenOptions): OrderTokens {
  const tokens = createSignedTokens({
    ...options,
    type: 'order+jwt',
    requiredClaims: ['sub', 'iat', 'jti'],
    parseClaims,
  });
  return {
    sign: (orderId, orderedAt) =>
      tokens.sign({ sub: orderId, iat: toNumericDate(orderedAt), jti: orderId }),
    verify: tokens.verify,
  };
}

function parseClaims({ sub, jti }: Payload): OrderClaims | null {
  if (typeof sub !== 'string' || !isId(sub) || jti !== sub) return null;
  return { orderId: sub };
}
