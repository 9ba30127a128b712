import assert from 'node:assert/strict';
import pg from 'pg';
import type { Database } from '../../../src/database/database.ts';
import { reportInvariants } from '../../../src/modules/operations/check-invariants.ts';
import { newId } from '../../../src/shared/ids.ts';
import { checkByIds, queryableOn } from '../../support/invariants.ts';
import { addDiscount } from '../../support/pricing.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { query } from '../../support/until.ts';
import { insertBilledOrder } from './insert-billed-order.ts';

/**
 * Opens a shop with an order of each kind of bill: `billed` has every part, `onTop` is completed with tax on top and stock
 * of a modifier, `cancelled` and `queued` name a discount that they do not use, `plain` has no bill.
 */
export async function openBilledShop({
  database,
  ownerUrl,
}: {
  database: Database;
  ownerUrl: string;
}) {
  const customer = await addUser(database);
  const curry = await addProduct(database, { onHand: 20, priceMinor: 800 });
  const egg = await addProduct(database, { onHand: 20, priceMinor: 100 });
  const code = await addDiscount(database, {
    code: 'TENTH',
    uses_max: 5,
    uses_per_customer_max: 1,
  });
  const free = await addDiscount(database, { kind: 'FREE_DELIVERY', percent: null, scope: null });
  await query(ownerUrl, `update discounts set updated_at = now() - interval '1 hour'`);

  const tenth = (amountMinor: number) => ({
    discountId: code,
    code: 'TENTH',
    name: '10 % off',
    amountMinor,
  });
  const withEgg = [
    { code: 'EGG', name: 'Egg', quantity: 1, unitPriceMinor: 100, productId: egg.id },
    { code: 'SAUCE', name: 'Sauce', quantity: 2, unitPriceMinor: 50 },
  ];
  const insert = (
    status: string,
    order: Omit<Parameters<typeof insertBilledOrder>[1], 'status' | 'customerId'>,
  ) => insertBilledOrder(ownerUrl, { status, customerId: customer.id, ...order });

  const billed = await insert('PENDING', {
    lines: [
      {
        product: curry,
        quantity: 2,
        basePriceMinor: 800,
        modifiers: withEgg,
        discountMinor: 200,
        taxMinor: 300,
      },
      {
        product: curry,
        quantity: 1,
        basePriceMinor: 500,
        modifiers: null,
        discountMinor: 50,
        taxMinor: 75,
      },
    ],
    bill: {
      pricesIncludeTax: true,
      tipMinor: 100,
      discounts: [
        tenth(250),
        { discountId: free, code: null, name: 'Free delivery', amountMinor: 300 },
      ],
      charges: [
        { chargeId: newId(), kind: 'DELIVERY', name: 'Delivery', amountMinor: 300, taxMinor: 0 },
        { chargeId: newId(), kind: 'SERVICE', name: 'Service', amountMinor: 225, taxMinor: 38 },
      ],
      // 412.5
      taxes: [
        { taxRateId: newId(), name: 'VAT', percent: '20', baseMinor: 2_475, amountMinor: 413 },
      ],
    },
    totalMinor: 2_575,
    discountIds: [code, free],
  });

  const onTop = await insert('COMPLETED', {
    lines: [
      {
        product: curry,
        quantity: 3,
        basePriceMinor: 300,
        modifiers: [{ ...withEgg[0]!, quantity: 2 }],
        discountMinor: null,
        taxMinor: 133,
      },
    ],
    bill: {
      pricesIncludeTax: false,
      tipMinor: 0,
      discounts: [],
      charges: [],
      // 133.125
      taxes: [
        { taxRateId: newId(), name: 'Tax', percent: '8.875', baseMinor: 1_500, amountMinor: 133 },
      ],
    },
    totalMinor: 1_633,
    discountIds: [],
  });

  const [cancelled = '', queued = ''] = await Promise.all(
    ['CANCELLED', 'QUEUED'].map((status) =>
      insert(status, {
        lines: [
          {
            product: curry,
            quantity: 1,
            basePriceMinor: 800,
            modifiers: null,
            discountMinor: 80,
            taxMinor: null,
          },
        ],
        bill: {
          pricesIncludeTax: true,
          tipMinor: 0,
          discounts: [tenth(80)],
          charges: [],
          taxes: [],
        },
        totalMinor: 720,
        discountIds: [],
      }),
    ),
  );
  const plain = await insert('PENDING', {
    lines: [
      {
        product: curry,
        quantity: 1,
        basePriceMinor: 800,
        modifiers: null,
        discountMinor: null,
        taxMinor: null,
      },
    ],
    bill: null,
    totalMinor: 800,
    discountIds: [],
  });
  return {
    customer,
    curry,
    egg,
    code,
    free,
    billed,
    onTop,
    cancelled,
    queued,
    plain,
    findViolations: (changes: readonly string[]) => findViolations({ database, ownerUrl }, changes),
  };
}

/**
 * Makes changes with triggers and foreign keys off, as a broken disk or a careless superuser would, returns the violations that the check of everything reports, and
 * that of some rows too, and rolls the changes back.
 */
export async function findViolations(
  { database, ownerUrl: url }: { database: Database; ownerUrl: string },
  changes: readonly string[],
): Promise<Record<string, string[]>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('set local session_replication_role = replica');
    for (const change of changes) await client.query(change);
    const { invariants } = await reportInvariants(queryableOn(client));
    const byIds = await checkByIds(database, client);
    assert.deepEqual(
      byIds.map(({ name, violationCount }) => [name, violationCount]),
      invariants.map(({ name, violationCount }) => [name, violationCount]),
    );
    return Object.fromEntries(
      invariants.flatMap(({ name, ok, violations }) =>
        ok ? [] : [[name, violations.map(({ id }) => id)]],
      ),
    );
  } finally {
    await client.end();
  }
}

/** Builds the statement that drops a constraint, to show that the invariant would find what it prevents. */
export function without(table: string, constraint: string): string {
  return `alter table ${table} drop constraint ${constraint}`;
}
