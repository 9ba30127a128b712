import { CodedError } from '../../shared/errors.ts';
import type { LineSource, RequestedLine } from '../orders/index.ts';
import { cartsErrors } from './errors.ts';
import { clearCarts, findLinesOfCarts } from './queries.ts';

/**
 * Carts as the source of order lines. Placement reads and empties them in its own transaction, so that the order, its
 * stock and the empty cart are one; prices are read there too, never here.
 */
export const cartLines: LineSource = {
  name: 'cart',
  async read(tx, customerIds) {
    const linesByCustomer = new Map<string, RequestedLine[]>();
    for (const { customerId, productId, quantity } of await findLinesOfCarts(tx, customerIds)) {
      const lines = linesByCustomer.get(customerId);
      if (lines === undefined) linesByCustomer.set(customerId, [{ productId, quantity }]);
      else lines.push({ productId, quantity });
    }
    return linesByCustomer;
  },
  async consume(tx, customerIds) {
    await clearCarts(tx, customerIds);
  },
  empty: () => new CodedError(cartsErrors.empty),
};
