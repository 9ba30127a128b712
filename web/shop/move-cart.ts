import { api, HoldfastError, readBody } from '../shared/api.ts';
import { findItem, setQuantity } from './cart-calls.ts';
import { guestCart, type StoredLine } from './guest-cart.ts';
import { guestTerms } from './guest-terms.ts';
import { toBody } from './terms.ts';

/**
 * Moves the guest's cart into the cart on the server. An item in both keeps the larger quantity, so it does not matter
 * how often, and from how many tabs, the same cart is moved. What the server refuses, such as a removed dish, is dropped.
 */
export async function moveCartToServer(): Promise<void> {
  for (const stored of guestCart.list()) {
    await merge(stored);
    guestCart.remove(stored);
  }
  const terms = toBody(guestTerms.read());
  if (Object.keys(terms).length === 0) return;
  await unlessRefused(api.PATCH('/api/cart', { body: terms }));
  guestTerms.clear();
}

async function merge(stored: StoredLine): Promise<void> {
  const { line } = stored;
  for (;;) {
    const cart = await readBody(api.GET('/api/cart'));
    // Another tab has moved it and may have ordered it already, so it must not be added to a later version of the cart.
    if (!guestCart.isStillThere(stored)) return;
    if ((findItem(cart, line)?.quantity ?? 0) >= line.quantity) return;
    const change = setQuantity(cart, line, line.quantity, { ifVersion: cart.version });
    const refusal = await unlessRefused(change);
    if (refusal?.code !== 'request.precondition_failed') return;
  }
}

/** Waits for a change of the cart, and returns its refusal if it can never be made, or not to this version. */
async function unlessRefused(change: Promise<unknown>): Promise<HoldfastError | null> {
  try {
    await change;
    return null;
  } catch (error) {
    const isFinal =
      error instanceof HoldfastError &&
      (error.status === 400 || error.code === 'request.precondition_failed');
    if (isFinal) return error;
    throw error;
  }
}
