import { CodedError } from '../../shared/errors.ts';
import { type LineSource, noTerms } from '../orders/index.ts';
import { cartsErrors } from './errors.ts';
import { clearCarts, findLinesOfCarts } from './queries.ts';

/**
 * Carts as a source of order lines. Placement reads and empties them in its own transaction, so that the order, its
 * stock and the empty cart are committed together. Prices are read there too, never here.
 */
export const cartLines: LineSource = {
  name: 'cart',
  async read(tx, customerIds) {
    const rows = await findLinesOfCarts(tx, customerIds);
    const carts = Map.groupBy(rows, ({ customerId }) => customerId);
    return new Map(
      [...carts].map(([customerId, rowsOfCart]) => {
        const items = rowsOfCart.filter((row) => row.productId !== null);
        const lines = items.map(({ productId, quantity }) => ({
          productId,
          quantity,
          modifiers: [],
          note: null,
        }));
        const { version } = rowsOfCart[0]!;
        return [customerId, { version, lines, terms: noTerms, offers: items }];
      }),
    );
  },
  async consume(tx, customerIds) {
    await clearCarts(tx, customerIds);
  },
  empty: () => new CodedError(cartsErrors.empty),
};
