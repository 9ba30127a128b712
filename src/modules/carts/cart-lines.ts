import { CodedError } from '../../shared/errors.ts';
import type { LineSource } from '../orders/index.ts';
import { buildCarts, toSourcedLines } from './cart.ts';
import { cartsErrors } from './errors.ts';
import { clearCarts, findLinesOfCarts } from './queries.ts';

/**
 * Carts as a source of order lines. Placement reads and empties them in its own transaction, so that the order, its
 * stock and the empty cart are committed together. Prices are read there too, never here.
 */
export const cartLines: LineSource = {
  name: 'cart',
  async read(tx, customerIds) {
    const carts = buildCarts(await findLinesOfCarts(tx, customerIds));
    return new Map([...carts].map(([customerId, cart]) => [customerId, toSourcedLines(cart)]));
  },
  async consume(tx, customerIds) {
    await clearCarts(tx, customerIds);
  },
  empty: () => new CodedError(cartsErrors.empty),
};
