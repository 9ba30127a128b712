import assert from 'node:assert/strict';
import type { Database, Transaction } from '../../../../src/database/database.ts';
import { expireDueOrders } from '../../../../src/modules/orders/changes/expire-orders.ts';
import type { OrderLine } from '../../../../src/modules/orders/order.ts';
import {
  findLines,
  lockOrders,
  type OrderRow,
} from '../../../../src/modules/orders/reading/queries.ts';
import type { OrderChange } from '../../../../src/modules/orders/writing/order-change.ts';
import { writeOrder, writeOrders } from '../../../../src/modules/orders/writing/write-orders.ts';
import { toActor, type UserCaller } from '../../../../src/shared/caller.ts';
import type { CodedError } from '../../../../src/shared/errors.ts';
import { newId, newIdAt } from '../../../../src/shared/ids.ts';
import { addProduct, type TestProduct, testCause } from '../../../support/shop.ts';
import { LifeModel, type ModelLine, type ModelOrder } from './life-model.ts';
import type { LifeStep } from './life-steps.ts';
import type { Stored } from './stored.ts';

const PRICES_MINOR = [0, 250, 1_000] as const;
const ON_HAND = 14;
const EXPIRY_MINUTES = 30;

type Step<What extends LifeStep['what']> = Extract<LifeStep, { what: What }>;

export interface Life {
  readonly orderIds: readonly string[];
  readonly productIds: readonly string[];
  readonly expected: Stored;
  /** Takes a step in the database and in the model. Throws if one refuses what the other allows. */
  take(step: LifeStep): Promise<void>;
}

let orderCount = 0;

/** Creates a life with three products, one of them free, and no orders yet. */
export async function createLife(database: Database, customer: UserCaller): Promise<Life> {
  const products: TestProduct[] = [];
  for (const priceMinor of PRICES_MINOR) {
    products.push(await addProduct(database, { priceMinor, onHand: ON_HAND }));
  }
  const model = new LifeModel(products.length, ON_HAND);
  const by = { actor: toActor(customer), cause: testCause };

  function newLines(lines: readonly { product: number; quantity: number }[]): ModelLine[] {
    return lines.map(({ product, quantity }) => {
      const unitPriceMinor = PRICES_MINOR[product]!;
      return { product, name: `Product ${product}`, quantity, unitPriceMinor };
    });
  }

  function orderLines(lines: readonly ModelLine[]): OrderLine[] {
    return lines.map(({ product, name, quantity, unitPriceMinor }) => {
      const { id: productId, sku } = products[product]!;
      const totalMinor = quantity * unitPriceMinor;
      return {
        productId,
        sku,
        name,
        quantity,
        unitPriceMinor,
        totalMinor,
        basePriceMinor: unitPriceMinor,
        modifiers: [],
        note: null,
        discountMinor: 0,
        taxMinor: 0,
      };
    });
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
    const placed = orders.map(({ lines, deferred }) => {
      orderCount += 1;
      return { id: newId(), number: `L-${orderCount}`, lines: newLines(lines), deferred };
    });
    const code = model.place(placed);
    const changes = placed.map(({ id, number, lines, deferred }): OrderChange => {
      const totalMinor = lines.reduce(
        (sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor,
        0,
      );
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
        bill: null,
        fulfilment: null,
        shippingAddress: null,
        cancelReason: null,
        failureCode: null,
        failureDetail: null,
        expiresAt: deferred || isFree ? null : new Date(now.getTime() + EXPIRY_MINUTES * 60_000),
        createdAt: now,
        updatedAt: now,
      };
      const written = { order, lines: orderLines(lines), clientToken: null, ...by };
      if (!deferred) return { kind: 'place', ...written };
      const stated = { expectedTotalMinor: null, expectedPricesMinor: null, discountCodes: [] };
      return { kind: 'queue', ...written, ...stated };
    });
    await write([], () => changes, code);
  }

  async function serveQueue({ ends }: Step<'serve the queue'>): Promise<void> {
    const queued = model.orders.filter(({ status }) => status === 'QUEUED');
    const served = queued.slice(0, ends.length).map((order, index) => {
      const { fails, surcharge } = ends[index]!;
      if (fails) return { order, lines: null };
      const lines = order.lines.map((line) => ({
        ...line,
        name: surcharge === 0 ? line.name : `${line.name} of today`,
        unitPriceMinor: surcharge === 'free' ? 0 : line.unitPriceMinor + surcharge,
      }));
      return { order, lines };
    });
    if (served.length === 0) return;
    const orderIds = served.map(({ order }) => order.id);
    const code = model.serve(served);
    await write(
      orderIds,
      async (tx, rows) => {
        const before = await findLines(tx, orderIds);
        return rows.map((order, index): OrderChange => {
          const { lines } = served[index]!;
          if (lines === null) {
            const failure = { code: 'test.failed', detail: 'It failed.' };
            return { kind: 'failQueued', order, failure, extensions: { lines: [] }, ...by };
          }
          const placed = orderLines(lines);
          return {
            kind: 'placeQueued',
            order,
            linesBefore: before.filter(({ orderId }) => orderId === order.id),
            lines: placed,
            bill: null,
            totalMinor: placed.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
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
      (_, [row]) => [
        {
          kind: 'move',
          order: row!,
          to,
          reason,
          override,
          expiryMinutes: EXPIRY_MINUTES,
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
      return { id: newIdAt(createdAt), number: `L-${orderCount}`, lines: newLines(lines) };
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
        const totalMinor = written.reduce((sum, line) => sum + line.totalMinor, 0);
        const order = {
          id,
          number,
          customerId: customer.id,
          totalMinor,
          currency: 'GBP',
          createdAt,
        };
        return { kind: 'import', order, lines: written, ...by };
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
