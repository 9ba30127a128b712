import type { BillParts } from '../../pricing/index.ts';
import type { OrderLine } from '../order.ts';
import type { NewBillRow, NewLineRow } from './write-queries.ts';

/** Returns the row of an order's bill, or null if there is nothing to store besides the lines. */
export function billRow(orderId: string, bill: BillParts | null): NewBillRow | null {
  if (bill === null) return null;
  return {
    order_id: orderId,
    prices_include_tax: bill.pricesIncludeTax,
    tip_minor: bill.tipMinor,
    discounts: JSON.stringify(bill.discounts),
    charges: JSON.stringify(bill.charges),
    taxes: JSON.stringify(bill.taxes),
  };
}

/** Returns the rows of an order's lines. `createdAt`: of an order that is not created now. */
export function lineRows(
  orderId: string,
  lines: readonly OrderLine[],
  createdAt?: Date,
): NewLineRow[] {
  return lines.map((line, index) => {
    const { modifiers } = line;
    const hasModifiers = modifiers.length > 0;
    return {
      order_id: orderId,
      line_number: index + 1,
      product_id: line.productId,
      sku: line.sku,
      name: line.name,
      quantity: line.quantity,
      unit_price_minor: line.unitPriceMinor,
      total_minor: line.totalMinor,
      base_price_minor: hasModifiers ? line.basePriceMinor : null,
      modifiers: hasModifiers ? JSON.stringify(modifiers) : null,
      note: line.note,
      discount_minor: line.discountMinor || null,
      tax_minor: line.taxMinor || null,
      created_at: createdAt,
    };
  });
}
