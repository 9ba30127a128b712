import { createApiWithoutCookies, type Money, type Order, readBody } from '../../shared/api.ts';
import { storageKey } from '../../shared/paths.ts';
import type { CartAccess } from '../cart.ts';
import { guestCart } from '../guest-cart.ts';
import { guestTerms } from '../guest-terms.ts';
import { keepOrderToken } from '../order-tokens.ts';
import { buildBody } from '../quote.ts';

/** Whom an order without an account is for. */
export interface GuestDetails {
  readonly email: string;
  readonly name: string;
}

interface GuestOrder {
  readonly cart: Pick<CartAccess, 'lines' | 'terms'>;
  readonly guest: GuestDetails;
  readonly note: string;
  /** The total that the guest has seen. */
  readonly total: Money;
}

const ATTEMPT = storageKey('kept.attempt');

/** What was sent last, and its key: sent again after a lost reply or a reload, it is placed once. */
interface Attempt {
  readonly text: string;
  readonly key: string;
}

/** Places the order of the cart in this browser, and keeps its token. */
export async function placeAsGuest({ cart, guest, note, total }: GuestOrder): Promise<Order> {
  const { lines, terms } = cart;
  const phone = terms.fulfilment?.contact?.phone ?? null;
  const body = {
    ...buildBody(lines, terms),
    expectedTotal: total,
    ...(note === '' ? {} : { note }),
    guest: {
      email: guest.email,
      ...(guest.name === '' ? {} : { name: guest.name }),
      ...(phone === null ? {} : { phone }),
    },
  };
  const headers = { 'Idempotency-Key': findKey(JSON.stringify(body)) };
  const strangers = createApiWithoutCookies(null);
  const { orderToken, ...order } = await readBody(strangers.POST('/api/orders', { body, headers }));
  if (orderToken !== undefined) keepOrderToken(order.id, orderToken);
  sessionStorage.removeItem(ATTEMPT);
  guestCart.clear();
  guestTerms.clear();
  return order;
}

function findKey(text: string): string {
  const stored = sessionStorage.getItem(ATTEMPT);
  const attempt = stored === null ? null : (JSON.parse(stored) as Attempt);
  if (attempt?.text === text) return attempt.key;
  // A page served over plain http has no `crypto.randomUUID`.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  sessionStorage.setItem(ATTEMPT, JSON.stringify({ text, key } satisfies Attempt));
  return key;
}
