import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { openBilledShop, without } from './billed-shop.ts';

const shop = await openBilledShop(await testDatabase());
const { billed, onTop, cancelled, queued, plain, code, free, curry, customer, findViolations } =
  shop;

const use = (orderId: string, discountId = code, customerId = customer.id) =>
  `insert into discount_uses (order_id, discount_id, customer_id)
   values ('${orderId}', '${discountId}', '${customerId}')`;
const count = (uses: string, discountId = code) =>
  `update discounts set uses = ${uses} where id = '${discountId}'`;

/** Otherwise a second use of the customer would be found too. */
const unlimited = 'update discounts set uses_per_customer_max = null';

describe('the invariants of the uses of discounts', () => {
  const missing = newId();
  const breaks: Record<string, { changes: string[]; finds: Record<string, string[]> }> = {
    'a discount counts fewer uses than there are': {
      changes: [count('uses - 1')],
      finds: { inv_discount_uses: [code] },
    },
    'a discount counts more uses than there are': {
      changes: [count('uses + 1', free)],
      finds: { inv_discount_uses: [free] },
    },
    'a discount is used more often than allowed': {
      changes: [without('discounts', 'discounts_uses_check'), count('6')],
      finds: { inv_discount_uses: [code] },
    },
    'an order does not use a discount of its bill': {
      changes: [
        `delete from discount_uses where order_id = '${billed}' and discount_id = '${code}'`,
        count('uses - 1'),
      ],
      finds: { inv_discount_uses: [billed] },
    },
    'an order uses a discount that is not in its bill': {
      changes: [use(onTop, free), count('uses + 1', free)],
      finds: { inv_discount_uses: [onTop] },
    },
    'an order without a bill uses a discount': {
      changes: [use(plain, free), count('uses + 1', free)],
      finds: { inv_discount_uses: [plain] },
    },
    'a cancelled order uses a discount': {
      changes: [use(cancelled), count('uses + 1'), unlimited],
      finds: { inv_discount_uses: [cancelled] },
    },
    'a queued order uses a discount': {
      changes: [use(queued), count('uses + 1'), unlimited],
      finds: { inv_discount_uses: [queued] },
    },
    'an order that does not exist uses a discount': {
      changes: [use(missing), count('uses + 1')],
      finds: { inv_discount_uses: [missing] },
    },
    'an order uses a discount for another customer': {
      changes: [
        `update discount_uses set customer_id = '${missing}' where discount_id = '${free}'`,
      ],
      finds: { inv_discount_uses: [billed] },
    },
  };

  for (const [what, { changes, finds }] of Object.entries(breaks)) {
    test(`report when ${what}`, async () => {
      assert.deepEqual(await findViolations(changes), finds);
    });
  }

  /** The queued order is placed as the second one of its customer that uses the code. */
  const placedToo = [
    `update orders set status = 'PENDING' where id = '${queued}'`,
    `insert into events (id, type, order_id, sequence, from_status, to_status, actor_type, cause, data)
     select gen_random_uuid(), 'order.placed', order_id, 2, 'QUEUED', 'PENDING', 'system', '{}', data
       from events where order_id = '${queued}'`,
    `update orders set last_sequence = 2 where id = '${queued}'`,
    `delete from queued_orders where order_id = '${queued}'`,
    `update stock set reserved = reserved + 1 where product_id = '${curry.id}'`,
    use(queued),
    count('uses + 1'),
  ];

  test('report when a customer uses a discount more often than its limit', async () => {
    assert.deepEqual(await findViolations(placedToo), {
      inv_discount_uses: [[billed, queued].sort()[0]],
    });
  });

  test('allow earlier orders when the limit of a customer is lowered', async () => {
    const lowered = `update discounts set updated_at = now() where id = '${code}'`;
    assert.deepEqual(await findViolations([...placedToo, lowered]), {});
  });
});
