import assert from 'node:assert/strict';
import type { Database, Transaction } from '../../../../src/database/database.ts';
import { expireDueOrders } from '../../../../src/modules/orders/changes/expire-orders.ts';
import type { Order, OrderLine } from '../../../../src/modules/orders/order.ts';
import {
  findBills,
  findLines,
  lockOrders,
  type OrderRow,
} from '../../../../src/modules/orders/reading/queries.ts';
import type { OrderChange } from '../../../../src/modules/orders/writing/order-change.ts';
import { writeOrder, writeOrders } from '../../../../src/modules/orders/writing/write-orders.ts';
import { toActor, type UserCaller } from '../../../../src/shared/caller.ts';
import type { CodedError } from '../../../../src/shared/errors.ts';
import { newId, newIdAt } from '../../../../src/shared/ids.ts';
import { addDiscount } from '../../../support/pricing.ts';
import { addProduct, type TestProduct, testCause } from '../../../support/shop.ts';
import {
  LifeModel,
  type ModelDiscount,
  type ModelLine,
  type ModelOrder,
  type ModelReduction,
} from './life-model.ts';
import type { LifeStep } from './life-steps.ts';
import type { Stored, StoredIds } from './stored.ts';

const PRICES_MINOR = [0, 250, 1_000] as const;
const MODIFIER_PRICE_MINOR = 50;
const ON_HAND = 14;
/** What a discount takes off the first line, as far as there is so much. */
const REDUCTION_MINOR = 40;
/** The uses of each discount. */
const USES_MAX = [3, null] as const;
const EXPIRY_MINUTES = 30;

type Step<What extends LifeStep['what']> = Extract<LifeStep, { what: What }>;

export interface Life extends StoredIds {
  readonly expected: Stored;
  /** Takes a step in the database and in the model. Throws if one refuses what the other allows. */
  take(step: LifeStep): Promise<void>;
}

let orderCount = 0;

type Priced = Pick<ModelOrder, 'lines' | 'reductions'>;

/** Creates a life with three products, one of them free, two discounts, and no orders yet. */
export async function createLife(database: Database, customer: UserCaller): Promise<Life> {
  const products: TestProduct[] = [];
  for (const priceMinor of PRICES_MINOR) {
    products.push(await addProduct(database, { priceMinor, onHand: ON_HAND }));
  }
  const discounts: ModelDiscount[] = [];
  for (const [index, usesMax] of USES_MAX.entries()) {
    const name = `Discount ${index}`;
    const id = await addDiscount(database, { name, uses_max: usesMax, active: false });
    discounts.push({ id, name, usesMax });
  }
  const model = new LifeModel(products.length, ON_HAND, discounts);
  const by = { actor: toActor(customer), cause: testCause };

  function newLines(lines: Step<'place'>['orders'][number]['lines']): ModelLine[] {
    return lines.map(({ product, quantity, modifier }) => ({
      product,
      name: `Product ${product}`,
      quantity,
      unitPriceMinor: PRICES_MINOR[product]! + modifiersMinor(modifier),
      discountMinor: 0,
      modifier,
    }));
  }

  /** Takes discounts off the first line. */
  function reduce([first, ...others]: readonly ModelLine[], chosen: readonly number[]): Priced {
    let leftMinor = first!.quantity * first!.unitPriceMinor;
    const reductions: ModelReduction[] = chosen.map((discount) => {
      const amountMinor = Math.min(REDUCTION_MINOR, leftMinor);
      leftMinor -= amountMinor;
      return { discount, amountMinor };
    });
    const discountMinor = first!.quantity * first!.unitPriceMinor - leftMinor;
    return { lines: [{ ...first!, discountMinor }, ...others], reductions };
  }

  function orderLines(lines: readonly ModelLine[]): OrderLine[] {
    return lines.map(({ product, name, quantity, unitPriceMinor, discountMinor, modifier }) => {
      const { id: productId, sku } = products[product]!;
      return {
        productId,
        sku,
        name,
        quantity,
        unitPriceMinor,
        totalMinor: quantity * unitPriceMinor,
        basePriceMinor: unitPriceMinor - modifiersMinor(modifier),
        modifiers:
          modifier === null
            ? []
            : [
                {
                  code: `M-${modifier.product}`,
                  name: 'A modifier',
                  quantity: modifier.quantity,
                  unitPriceMinor: MODIFIER_PRICE_MINOR,
                  productId: products[modifier.product]!.id,
                },
              ],
        note: null,
        discountMinor,
        taxMinor: 0,
      };
    });
  }

  function billOf({ reductions }: Priced): Order['bill'] {
    if (reductions.length === 0) return null;
    return {
      pricesIncludeTax: true,
      discounts: reductions.map(({ discount, amountMinor }) => {
        const { id: discountId, name } = discounts[discount]!;
        return { discountId, code: null, name, amountMinor };
      }),
      charges: [],
      taxes: [],
      tipMinor: 0,
    };
  }

  /** Writes a set of changes; `code` is the refusal that the model expects. */
  async function write(
    orderIds: readonly string[],
    build: (tx: Transaction, rows: OrderRow[]) => Promise<OrderChange[]> | OrderChange[],
    code: string | null,
  ): Promise<void> {
    const writing = database.transaction(async (tx) => {
      const locked = orderIds.length === 0 ? [] : await lockOrders(tx, orderIds);
      const rows = orderIds.map((id) => locked.find((row) => row.id === id)!);
      const changes = await build(tx, rows);
      const [first] = changes;
      const isStep = first?.kind === 'move' || first?.kind === 'cancel' || first?.kind === 'pay';
      if (changes.length > 1 || !isStep) await writeOrders(tx, changes);
      else assert.equal((await writeOrder(tx, first)).id, first.order.id);
    });
    if (code === null) return writing;
    await assert.rejects(writing, (error: CodedError) => error.code === code);
  }

  async function place({ orders }: Step<'place'>): Promise<void> {
    const placed = orders.map(({ lines, discounts: chosen, deferred }) => {
      orderCount += 1;
      const priced = reduce(newLines(lines), chosen);
      return { id: newId(), number: `L-${orderCount}`, ...priced, deferred };
    });
    const code = model.place(placed);
    const changes = placed.map(({ id, number, deferred, ...priced }): OrderChange => {
      const { lines } = priced;
      const totalMinor = sumLines(lines);
      const isFree = totalMinor === 0 && !deferred;
      const now = new Date();
      const order = {
        id,
        number,
        customerId: customer.id,
        status: deferred
          ? ('QUEUED' as const)
          : isFree
            ? ('CONFIRMED' as const)
            : ('PENDING' as const),
        paymentStatus: isFree ? ('PAID' as const) : ('UNPAID' as const),
        version: isFree ? 2 : 1,
        vip: false,
        totalMinor,
        currency: 'GBP',
        note: null,
        bill: billOf(priced),
        fulfilment: null,
        promisedFor: null,
        shippingAddress: null,
        cancelReason: null,
        failureCode: null,
        failureDetail: null,
        expiresAt: deferred || isFree ? null : new Date(now.getTime() + EXPIRY_MINUTES * 60_000),
        createdAt: now,
        updatedAt: now,
      };
      const place = { slotStart: null, overrideReason: null };
      const written = { order, lines: orderLines(lines), clientToken: null, ...place, ...by };
      if (!deferred) return { kind: 'place', ...written };
      const stated = { expectedTotalMinor: null, expectedPricesMinor: null, discountCodes: [] };
      return { kind: 'queue', ...written, ...stated };
    });
    await write([], () => changes, code);
  }

  async function serveQueue({ ends }: Step<'serve the queue'>): Promise<void> {
    const queued = model.orders.filter(({ status }) => status === 'QUEUED');
    const served = queued.slice(0, ends.length).map((order, index) => {
      const { fails, surcharge, discounts: chosen } = ends[index]!;
      if (fails) return { order, placed: null };
      const lines = order.lines.map((line) => ({
        ...line,
        name: surcharge === 0 ? line.name : `${line.name} of today`,
        unitPriceMinor:
          surcharge === 'free' ? modifiersMinor(line.modifier) : line.unitPriceMinor + surcharge,
        discountMinor: 0,
      }));
      return { order, placed: reduce(lines, chosen) };
    });
    if (served.length === 0) return;
    const orderIds = served.map(({ order }) => order.id);
    const code = model.serve(served);
    await write(
      orderIds,
      async (tx, rows) => {
        const before = await findLines(tx, orderIds);
        return rows.map((order, index): OrderChange => {
          const { placed } = served[index]!;
          if (placed === null) {
            const failure = { code: 'test.failed', detail: 'It failed.' };
            return { kind: 'failQueued', order, failure, extensions: { lines: [] }, ...by };
          }
          return {
            kind: 'placeQueued',
            order,
            linesBefore: before.filter(({ orderId }) => orderId === order.id),
            lines: orderLines(placed.lines),
            bill: billOf(placed),
            totalMinor: sumLines(placed.lines),
            expiryMinutes: EXPIRY_MINUTES,
            ...by,
          };
        });
      },
      code,
    );
  }

  async function move(order: ModelOrder, to: Step<'move'>['to'], override: boolean): Promise<void> {
    const code = model.move(order, to, override);
    const reason = override ? 'They said so.' : null;
    await write(
      [order.id],
      async (tx, [row]) => [
        {
          kind: 'move',
          order: row!,
          to,
          reason,
          override,
          expiryMinutes: EXPIRY_MINUTES,
          billed: await findBilled(tx, order.id),
          ...by,
        },
      ],
      code,
    );
  }

  async function cancel(step: Step<'cancel'>): Promise<void> {
    const orders = model.pick(step.orders);
    if (orders.length === 0) return;
    const { cancelReason } = step;
    const code = model.cancel(orders, cancelReason);
    await write(
      orders.map(({ id }) => id),
      (_, rows) =>
        rows.map((order) => ({ kind: 'cancel', order, cancelReason, reason: 'Not today.', ...by })),
      code,
    );
  }

  async function expire(step: Step<'expire'>): Promise<void> {
    const orders = model.pick(step.orders).filter(({ expires }) => expires);
    await database.run(
      'test.pass_deadlines',
      `update orders
          set expires_at = now() - interval '1 second'
        where id = any($1::uuid[])`,
      [orders.map(({ id }) => id)],
    );
    model.expire(orders);
    assert.deepEqual(await expireDueOrders(database), { count: orders.length, more: false });
  }

  async function pay(step: Step<'pay'>): Promise<void> {
    // An order that is not placed cannot be paid.
    const orders = model
      .pick(step.orders)
      .filter(({ isImported, status }) => !isImported && status !== 'QUEUED');
    if (orders.length === 0) return;
    const { confirms } = step;
    const paymentStatus = confirms ? 'PAID' : step.paymentStatus;
    const facts = Array.from({ length: step.facts }, (_, index) => ({
      type: 'payment.captured' as const,
      reason: null,
      data: { paymentId: `payment-${index}` },
    }));
    model.pay(orders, paymentStatus, facts, confirms);
    await write(
      orders.map(({ id }) => id),
      (_, rows) =>
        rows.map((order) => ({ kind: 'pay', order, paymentStatus, facts, confirms, ...by })),
      null,
    );
  }

  async function importAll({ orders, isRepeated }: Step<'import'>): Promise<void> {
    const createdAt = new Date(Date.now() - 86_400_000);
    const imported = orders.map((lines) => {
      orderCount += 1;
      return {
        id: newIdAt(createdAt),
        number: `L-${orderCount}`,
        lines: newLines(lines),
        reductions: [],
      };
    });
    const existing = isRepeated ? model.orders[0] : undefined;
    const repeated = {
      id: newIdAt(createdAt),
      number: existing?.number ?? '',
      lines: newLines([]),
    };
    model.import(imported);
    const changes = [...imported, ...(existing === undefined ? [] : [repeated])].map(
      ({ id, number, lines }): OrderChange => {
        const written = orderLines(lines);
        const totalMinor = sumLines(lines);
        const order = {
          id,
          number,
          customerId: customer.id,
          totalMinor,
          currency: 'GBP',
          createdAt,
        };
        return { kind: 'import', order, lines: written, bill: null, ...by };
      },
    );
    const refused = await database.transaction((tx) => writeOrders(tx, changes));
    assert.deepEqual([...refused], existing === undefined ? [] : [repeated.id]);
  }

  return {
    get orderIds() {
      return model.orders.map(({ id }) => id);
    },
    productIds: products.map(({ id }) => id),
    discountIds: discounts.map(({ id }) => id),
    get expected() {
      return model.expected();
    },
    async take(step) {
      switch (step.what) {
        case 'place':
          return place(step);
        case 'serve the queue':
          return serveQueue(step);
        case 'move': {
          const [order] = model.pick([step.order]);
          return order === undefined ? undefined : move(order, step.to, step.override);
        }
        case 'move on': {
          const [order] = model.pick([step.order]);
          const next = order === undefined ? null : model.nextStatus(order);
          return next === null ? undefined : move(order!, next, false);
        }
        case 'cancel':
          return cancel(step);
        case 'expire':
          return expire(step);
        case 'pay':
          return pay(step);
        case 'import':
          return importAll(step);
      }
    },
  };
}

function modifiersMinor(modifier: ModelLine['modifier']): number {
  return modifier === null ? 0 : modifier.quantity * MODIFIER_PRICE_MINOR;
}

function sumLines(lines: readonly ModelLine[]): number {
  return lines.reduce(
    (sum, { quantity, unitPriceMinor, discountMinor }) =>
      sum + quantity * unitPriceMinor - discountMinor,
    0,
  );
}

async function findBilled(tx: Transaction, orderId: string) {
  const [bill] = await findBills(tx, [orderId]);
  return bill === undefined ? null : { bill, lines: await findLines(tx, [orderId]) };
}
