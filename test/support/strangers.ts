import { newId } from '../../src/shared/ids.ts';
import { createSession, type Reply, type Session } from './session.ts';

/** The environment of a server that takes orders of guests, who reach it through a proxy. */
export const guestCheckout = { GUEST_CHECKOUT: 'true', TRUSTED_PROXIES: '127.0.0.1/32' } as const;

export interface PlacedByGuest {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  readonly status: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly orderToken: string;
}

/** Someone who is not signed in, at a network address. */
export interface Stranger {
  readonly address: string;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
}

let strangers = 0;

/** Returns a stranger at an address of their own, or at the given one. */
export function createStranger(session: Session, address = newAddress()): Stranger {
  return {
    address,
    post: (path, body, headers = {}) =>
      session.post(path, body, { 'x-forwarded-for': address, ...headers }),
  };
}

/** Returns the session of someone who has the token of an order that was just placed. */
export function holdPlaced(url: string, { id, orderToken }: PlacedByGuest): Session {
  return createSession(url, { email: '', password: '', accessToken: orderToken, userId: id });
}

function newAddress(): string {
  strangers += 1;
  return `198.51.${100 + Math.floor(strangers / 250)}.${1 + (strangers % 250)}`;
}

export function newEmail(): string {
  return `${newId()}@example.com`;
}

/** The body of an order of one unit. */
export function orderOf(sku: string, guest?: object, others: object = {}): object {
  return {
    items: [{ sku, quantity: 1 }],
    ...(guest === undefined ? {} : { guest }),
    ...others,
  };
}

export function code(reply: Reply): string {
  return reply.status < 400 ? `${reply.status}` : reply.json<{ code: string }>().code;
}

/** Returns the invalid locations of a refused request. */
export function pointers(reply: Reply): string[] {
  return reply.json<{ errors: { pointer: string }[] }>().errors.map(({ pointer }) => pointer);
}
