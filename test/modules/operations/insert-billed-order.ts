import pg from 'pg';
import { newId } from '../../../src/shared/ids.ts';

export interface InsertedLine {
  readonly product: { readonly id: string; readonly sku: string };
  readonly quantity: number;
  readonly basePriceMinor: number;
  readonly modifiers:
    | readonly {
        readonly code: string;
        readonly name: string;
        readonly quantity: number;
        readonly unitPriceMinor: number;
        readonly productId?: string;
      }[]
    | null;
  readonly discountMinor: number | null;
  readonly taxMinor: number | null;
}

interface Amount {
  readonly amountMinor: number;
  readonly [member: string]: unknown;
}

export interface InsertedOrder {
  readonly status: string;
  readonly customerId: string;
  readonly lines: readonly InsertedLine[];
  readonly bill: {
    readonly pricesIncludeTax: boolean;
    readonly tipMinor: number;
    readonly discounts: readonly Amount[];
    readonly charges: readonly Amount[];
    readonly taxes: readonly Amount[];
  } | null;
  readonly totalMinor: number;
  /** The discounts that the order uses. */
  readonly discountIds: readonly string[];
}

/** Writes an order with its bill, event, stock and uses directly to the tables. Returns its id. */
export async function insertBilledOrder(url: string, order: InsertedOrder): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = (text: string, values: readonly unknown[] = []) => client.query(text, [...values]);
  const { status, customerId, lines, bill, totalMinor, discountIds } = order;
  const id = newId();
  const money = (amount: number) => ({ amount, currency: 'GBP' });
  const amounts = (rows: readonly Amount[]) =>
    rows.map(({ amountMinor }) => ({ amount: money(amountMinor) }));
  try {
    await run('begin');
    await run('set local session_replication_role = replica');
    const isCancelled = status === 'CANCELLED';
    await run(
      `insert into orders (id, number, customer_id, status, vip, total_minor, currency, last_sequence, cancel_reason,
                           cancelled_at)
       values ($1, $2, $3, $4, false, $5, 'GBP', $6, $7, $8)`,
      [
        id,
        id.slice(-12),
        customerId,
        status,
        totalMinor,
        status === 'QUEUED' || status === 'PENDING' ? 1 : 2,
        isCancelled ? 'CUSTOMER' : null,
        isCancelled ? new Date() : null,
      ],
    );
    for (const [index, line] of lines.entries()) await insertLine(run, id, index + 1, status, line);
    if (bill !== null) {
      const { pricesIncludeTax, tipMinor, discounts, charges, taxes } = bill;
      const parts = [discounts, charges, taxes].map((rows) => JSON.stringify(rows));
      await run('insert into order_bills values ($1, $2, $3, $4, $5, $6)', [
        id,
        pricesIncludeTax,
        tipMinor,
        ...parts,
      ]);
    }
    const data = {
      total: money(totalMinor),
      ...(bill && {
        bill: {
          pricesIncludeTax: bill.pricesIncludeTax,
          discounts: amounts(bill.discounts),
          charges: amounts(bill.charges),
          taxes: amounts(bill.taxes),
          tip: money(bill.tipMinor),
          total: money(totalMinor),
        },
      }),
    };
    const first = status === 'QUEUED' ? 'QUEUED' : 'PENDING';
    const event = `insert into events (id, type, order_id, sequence, from_status, to_status, actor_type, cause, reason, data)
                   values (gen_random_uuid(), $1, $2, $3, $4, $5, 'system', '{}', 'A test', $6)`;
    await run(event, [
      first === 'QUEUED' ? 'order.queued' : 'order.placed',
      id,
      1,
      null,
      first,
      data,
    ]);
    if (status !== first) {
      await run(event, [`order.${status.toLowerCase()}`, id, 2, first, status, { override: true }]);
    }
    if (status === 'QUEUED') {
      await run(`insert into queued_orders (order_id, vip, cause) values ($1, false, '{}')`, [id]);
    }
    for (const discountId of discountIds) {
      await run('insert into discount_uses values ($1, $2, $3)', [id, discountId, customerId]);
      await run('update discounts set uses = uses + 1 where id = $1', [discountId]);
    }
    await run('commit');
    return id;
  } finally {
    await client.end();
  }
}

async function insertLine(
  run: (text: string, values: readonly unknown[]) => Promise<unknown>,
  orderId: string,
  lineNumber: number,
  status: string,
  { product, quantity, basePriceMinor, modifiers, discountMinor, taxMinor }: InsertedLine,
): Promise<void> {
  const extra = (modifiers ?? []).reduce((sum, one) => sum + one.quantity * one.unitPriceMinor, 0);
  const unitPriceMinor = basePriceMinor + extra;
  await run(
    `insert into order_lines (order_id, line_number, product_id, sku, name, quantity, unit_price_minor, total_minor,
                              base_price_minor, modifiers, discount_minor, tax_minor)
     values ($1, $2, $3, $4, 'A dish', $5, $6, $7, $8, $9, $10, $11)`,
    [
      orderId,
      lineNumber,
      product.id,
      product.sku,
      quantity,
      unitPriceMinor,
      quantity * unitPriceMinor,
      modifiers && basePriceMinor,
      modifiers && JSON.stringify(modifiers),
      discountMinor,
      taxMinor,
    ],
  );
  const needed = [{ productId: product.id, units: quantity }];
  for (const one of modifiers ?? []) {
    if (one.productId !== undefined) {
      needed.push({ productId: one.productId, units: quantity * one.quantity });
    }
  }
  for (const { productId, units } of needed) {
    if (status === 'PENDING') {
      await run('update stock set reserved = reserved + $2 where product_id = $1', [
        productId,
        units,
      ]);
    } else if (status === 'COMPLETED') {
      await run(
        `with changed as (
           update stock set on_hand = on_hand - $2 where product_id = $1 returning on_hand, reserved)
         insert into stock_movements (id, product_id, kind, delta, reason, order_id, on_hand, reserved, actor_type)
         select $4, $1, 'consumption', -$2::int, 'A test', $3, on_hand, reserved, 'system' from changed`,
        [productId, units, orderId, newId()],
      );
    }
  }
}
