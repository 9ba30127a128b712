import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { openBilledShop, without } from './billed-shop.ts';

const shop = await openBilledShop(await testDatabase());
const { billed, onTop, cancelled, queued, plain, code, egg, findViolations } = shop;

/** Sets a member of a row of the bill. */
const setPart = (path: string, value: string, orderId = billed) => {
  const [column = '', ...rest] = path.split('.');
  return `update order_bills set ${column} = jsonb_set(${column}, '{${rest.join(',')}}', '${value}')
           where order_id = '${orderId}'`;
};
const setLine = (assignments: string, orderId = billed, lineNumber = 1) =>
  `update order_lines set ${assignments} where order_id = '${orderId}' and line_number = ${lineNumber}`;
const setTotal = (change: string, orderId = billed) =>
  `update orders set total_minor = total_minor ${change} where id = '${orderId}'`;
describe('the invariants of bills', () => {
  test('hold in a shop with modifiers, discounts, charges, taxes and tips', async () => {
    assert.deepEqual(await findViolations([]), {});
  });

  const missing = newId();
  const breaks: Record<string, { changes: string[]; finds: Record<string, string[]> }> = {
    'a total is not that of the bill': {
      changes: [setTotal('+ 1')],
      finds: { inv_order_totals: [billed], inv_order_prices: [billed] },
    },
    'the bill of an order is lost': {
      changes: [`delete from order_bills where order_id = '${billed}'`],
      finds: {
        inv_order_totals: [billed],
        inv_order_prices: [billed],
        inv_discount_uses: [billed, billed],
      },
    },
    'a tip changes, together with the total': {
      changes: [
        'update order_bills set tip_minor = tip_minor + 1',
        setTotal('+ 1'),
        setTotal('+ 1', onTop),
        setTotal('+ 1', queued),
        setTotal('+ 1', cancelled),
      ],
      finds: { inv_order_prices: [billed, cancelled, onTop, queued].map(String).sort() },
    },
    'a tip and a discount change, and the total does not': {
      changes: [
        `update order_bills set tip_minor = tip_minor + 1 where order_id = '${cancelled}'`,
        setPart('discounts.0.amountMinor', '81', cancelled),
        setLine('discount_minor = 81', cancelled),
      ],
      finds: { inv_order_prices: [cancelled] },
    },
    'a price is not the sum of its modifiers': {
      changes: [setLine('base_price_minor = base_price_minor - 1')],
      finds: { inv_order_totals: [billed] },
    },
    'a modifier costs something else': {
      changes: [setLine(`modifiers = jsonb_set(modifiers, '{1,unitPriceMinor}', '49')`)],
      finds: { inv_order_totals: [billed] },
    },
    'a line has modifiers and no base price': {
      changes: [
        without('order_lines', 'order_lines_base_price_minor_check'),
        setLine('base_price_minor = null'),
      ],
      finds: { inv_order_totals: [billed] },
    },
    'a line of an order without a bill has a discount': {
      changes: [setLine('discount_minor = 1', plain)],
      finds: { inv_order_totals: [plain] },
    },
    'a line of an order without a bill has a tax': {
      changes: [setLine('tax_minor = 1', plain)],
      finds: { inv_order_totals: [plain] },
    },
    'the discounts of the lines are not those of the bill': {
      changes: [setLine('discount_minor = discount_minor - 1')],
      finds: { inv_order_bills: [billed] },
    },
    'delivery is taken away by another amount than it costs': {
      changes: [setPart('discounts.1.amountMinor', '299'), setTotal('+ 1')],
      finds: { inv_order_bills: [billed], inv_order_prices: [billed] },
    },
    'delivery that was taken away is taxed': {
      changes: [setPart('charges.0.taxMinor', '1'), setPart('charges.1.taxMinor', '37')],
      finds: { inv_order_bills: [billed] },
    },
    'what is taken away besides the lines is not one discount': {
      changes: [
        setPart('discounts.0.amountMinor', '270'),
        setPart('discounts.1.amountMinor', '280'),
      ],
      finds: { inv_order_bills: [billed], inv_order_prices: [billed] },
    },
    'two charges are for delivery': {
      changes: [setPart('charges.1.kind', '"DELIVERY"')],
      finds: { inv_order_bills: [billed] },
    },
    'a discount applies twice': {
      changes: [setPart('discounts.1.discountId', `"${code}"`)],
      finds: { inv_order_bills: [billed], inv_discount_uses: [billed] },
    },
    'the tax of a line is not in the bill': {
      changes: [setLine('tax_minor = tax_minor + 1')],
      finds: { inv_order_bills: [billed] },
    },
    'the tax of a charge is not in the bill': {
      changes: [setPart('charges.1.taxMinor', '39')],
      finds: { inv_order_bills: [billed] },
    },
    'a tax that is included is rounded down': {
      changes: [setPart('taxes.0.amountMinor', '412'), setLine('tax_minor = tax_minor - 1')],
      finds: { inv_order_bills: [billed], inv_order_prices: [billed] },
    },
    'a tax on top is rounded up': {
      changes: [
        setPart('taxes.0.amountMinor', '134', onTop),
        setLine('tax_minor = tax_minor + 1', onTop),
        setTotal('+ 1', onTop),
      ],
      finds: { inv_order_bills: [onTop], inv_order_prices: [onTop] },
    },
    'a tax has another rate than it names': {
      changes: [setPart('taxes.0.percent', '"8.8"', onTop)],
      finds: { inv_order_bills: [onTop] },
    },
    'a tax does not name its rate': {
      changes: [
        `update order_bills set taxes = taxes #- '{0,percent}' where order_id = '${onTop}'`,
      ],
      finds: { inv_order_bills: [onTop] },
    },
    'a tax is on more than the order costs': {
      changes: [setPart('taxes.0.baseMinor', '1501', onTop)],
      finds: { inv_order_bills: [onTop] },
    },
    'a tax is on less than what is taxed': {
      changes: [setPart('taxes.0.baseMinor', '1499', onTop)],
      finds: { inv_order_bills: [onTop] },
    },
    'a line is charged less than zero': {
      changes: [
        without('order_lines', 'order_lines_discount_minor_check'),
        setLine('discount_minor = -50'),
        setLine('discount_minor = 300', billed, 2),
      ],
      finds: { inv_order_bills: [billed] },
    },
    'a line is discounted by more than it costs': {
      changes: [
        without('order_lines', 'order_lines_discount_minor_check'),
        setLine('discount_minor = 249'),
        setLine('discount_minor = 1, total_minor = 0, unit_price_minor = 0', billed, 2),
        without('order_lines', 'order_lines_total_minor_check'),
      ],
      finds: { inv_order_bills: [billed], inv_order_totals: [billed] },
    },
    'a part of the bill is negative': {
      changes: [setPart('charges.1.amountMinor', '-225'), setTotal('- 450')],
      finds: { inv_order_bills: [billed], inv_order_prices: [billed] },
    },
    'a part of the bill has no amount': {
      changes: [
        `update order_bills set charges = charges #- '{0,amountMinor}' where order_id = '${billed}'`,
      ],
      finds: { inv_order_bills: [billed], inv_order_totals: [billed], inv_order_prices: [billed] },
    },
    'a bill is of no order': {
      changes: [`insert into order_bills values ('${missing}', true, 0, '[]', '[]', '[]')`],
      finds: { inv_order_bills: [missing] },
    },
    'an order has a bill of which its event does not tell': {
      changes: [`insert into order_bills values ('${plain}', true, 0, '[]', '[]', '[]')`],
      finds: { inv_order_prices: [plain] },
    },
    'a queued order has another bill than it was accepted with': {
      changes: [
        setPart('discounts.0.amountMinor', '81', queued),
        setLine('discount_minor = 81', queued),
        setTotal('- 1', queued),
      ],
      finds: { inv_order_prices: [queued] },
    },
    'stock of a modifier is not reserved': {
      changes: [`update stock set reserved = reserved - 1 where product_id = '${egg.id}'`],
      finds: { inv_stock_reserved: [egg.id] },
    },
    'a completed order has not taken the stock of a modifier': {
      changes: [
        `delete from stock_movements where order_id = '${onTop}' and product_id = '${egg.id}'`,
        `update stock set on_hand = on_hand + 6 where product_id = '${egg.id}'`,
      ],
      finds: { inv_stock_consumed: [onTop] },
    },
  };

  for (const [what, { changes, finds }] of Object.entries(breaks)) {
    test(`report when ${what}`, async () => {
      assert.deepEqual(await findViolations(changes), finds);
    });
  }
});
