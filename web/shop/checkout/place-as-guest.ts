import { createApiWithoutCookies, type Money, type Order, readBody } from '../../shared/api.ts';
import { storageKey } from '../../shared/paths.ts';
import { typedTexts } from '../../shared/typed-texts.ts';
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

/** The digest of what was sent last, and its key: sent again after a lost reply or a reload, it is placed once. */
interface Attempt {
  readonly digest: string;
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
  const headers = { 'Idempotency-Key': await findKey(JSON.stringify(body)) };
  const strangers = createApiWithoutCookies(null);
  const { orderToken, ...order } = await readBody(strangers.POST('/api/orders', { body, headers }));
  if (orderToken !== undefined) keepOrderToken(order.id, orderToken);
  attempts.remove(ATTEMPT);
  guestCart.clear();
  guestTerms.clear();
  return order;
}

async function findKey(text: string): Promise<string> {
  const digest = await findDigest(text);
  const stored = attempts.read(ATTEMPT);
  const attempt = stored === null ? null : (JSON.parse(stored) as Attempt);
  if (attempt !== null && attempt.digest === digest) return attempt.key;
  // A page served over plain http has no `crypto.randomUUID`.
  const key = toHex(crypto.getRandomValues(new Uint8Array(16)));
  attempts.write(ATTEMPT, JSON.stringify({ digest, key } satisfies Attempt));
  return key;
}

/** A page served over plain http has no digests. It keeps the text itself, which has the guest's address, only until a reload. */
const attempts = isSecureContext
  ? {
      read: (name: string) => sessionStorage.getItem(name),
      write: (name: string, text: string) => sessionStorage.setItem(name, text),
      remove: (name: string) => sessionStorage.removeItem(name),
    }
  : { ...typedTexts, remove: (name: string) => typedTexts.write(name, null) };

async function findDigest(text: string): Promise<string> {
  if (!isSecureContext) return text;
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return toHex(new Uint8Array(bytes));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
