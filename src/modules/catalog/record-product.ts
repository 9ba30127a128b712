import type { Transaction } from '../../database/database.ts';
import type { Author } from '../../shared/caller.ts';
import { money } from '../../shared/money.ts';
import { recordPriceChange } from '../pricing/index.ts';
import type { StockedProduct } from './product.ts';

/** Records a new product or a change of one, with its author, in the log. */
export function recordProduct(
  tx: Transaction,
  before: StockedProduct | null,
  after: StockedProduct,
  author: Author,
): Promise<void> {
  return recordPriceChange(tx, { kind: 'product', before, after, toTerms }, author);
}

function toTerms({
  sku,
  name,
  description,
  priceMinor,
  currency,
  active,
  ...rest
}: StockedProduct) {
  const { taxCategory, category, position, modifierGroupIds } = rest;
  return {
    sku,
    name,
    description,
    price: money(priceMinor, currency),
    active,
    taxCategory,
    category,
    position,
    modifierGroupIds,
  };
}
