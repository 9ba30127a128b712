import type { Row, Store, Touched } from './store/store.ts';
import type { ShopRules } from './world/shop.ts';

/**
 * What holds after each commit, said here once more and independently of the product, whose rules may be what is broken.
 * The names are those of the views `inv_…`.
 */

const steps: Readonly<Record<string, readonly string[]>> = {
  '': ['QUEUED', 'PENDING'],
  QUEUED: ['PENDING', 'FAILED', 'CANCELLED'],
  PENDING: ['CONFIRMED', 'CANCELLED'],
  CONFIRMED: ['PREPARING', 'CANCELLED'],
  PREPARING: ['READY', 'CANCELLED'],
  READY: ['COMPLETED', 'CANCELLED'],
};
const overridable = ['PENDING', 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED'];
const holding = ['PENDING', 'CONFIRMED', 'PREPARING', 'READY'];
export const paid = ['PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'];

function sum(rows: readonly Row[], column: string): number {
  return rows.reduce((total, row) => total + row[column], 0);
}

/** What the log has said of an order so far. */
interface Told {
  sequence: number;
  status: string;
  /** Whether an admin moved it back to PENDING, which no limit forbids. */
  isReopened: boolean;
}

export class Invariants {
  readonly #fail: (message: string) => void;
  readonly #told = new Map<string, Told>();
  /** The rows of orders as they were at the last commit. */
  readonly #before = new Map<string, Row>();
  readonly #onHandAtFirst = new Map<string, number>();

  readonly #limits: ShopRules;

  constructor(limits: ShopRules, fail: (message: string) => void) {
    this.#limits = limits;
    this.#fail = fail;
  }

  #require(holds: boolean, name: string, detail: () => string): void {
    if (!holds) this.#fail(`${name}: ${detail()}`);
  }

  /** Begins with the shop as it was opened. */
  start(store: Store): void {
    for (const { productId, onHand } of store.rows('stock')) {
      this.#onHandAtFirst.set(productId, onHand);
    }
  }

  /** Checks what a commit has changed. */
  check(store: Store, touched: Touched): void {
    if (this.#onHandAtFirst.size === 0) return;
    for (const key of touched.get('events') ?? []) this.#hear(store.row('events', key)!);
    const orders = touched.get('orders') ?? [];
    for (const id of orders) this.#checkOrder(store, store.row('orders', id)!);
    if (touched.has('orders') || touched.has('stock')) this.#checkStock(store);
    if (touched.has('orders') || touched.has('discounts')) this.#checkDiscounts(store);
    if (touched.has('orders') || touched.has('slots')) this.#checkSlots(store);
    if (touched.has('orders') || touched.has('queued_orders')) this.#checkQueue(store);
    if (['payments', 'payment_captures', 'payment_refunds'].some((name) => touched.has(name))) {
      this.#checkPayments(store);
    }
    for (const id of touched.get('webhook_deliveries') ?? []) {
      this.#checkDelivery(store, store.row('webhook_deliveries', id));
    }
    for (const id of orders) this.#before.set(id, store.row('orders', id)!);
  }

  #hear(event: Row): void {
    const { order_id: orderId, sequence, from_status: from, to_status: to } = event;
    if (orderId === null) return;
    const told = this.#told.get(orderId) ?? { sequence: 0, status: '', isReopened: false };
    const detail = () => `${event.type} ${sequence} from ${from} to ${to}, after ${told.status}`;
    this.#require(sequence === told.sequence + 1, 'inv_order_log', detail);
    told.sequence = sequence;
    if (to !== null) {
      const isOverride = JSON.parse(event.data).override === true;
      const isLegal =
        (steps[told.status]?.includes(to) ?? false) ||
        (isOverride && overridable.includes(told.status) && overridable.includes(to));
      this.#require((from ?? '') === told.status, 'inv_order_history', detail);
      this.#require(isLegal, 'inv_order_steps', detail);
      told.status = to;
      told.isReopened ||= isOverride && to === 'PENDING';
    }
    this.#told.set(orderId, told);
  }

  #checkOrder(store: Store, order: Row): void {
    const { id, number, status, totalMinor } = order;
    const told = this.#told.get(id);
    this.#require(
      told !== undefined && told.sequence === order.lastSequence && told.status === status,
      'inv_order_log',
      () => `order ${number} is ${status} at ${order.lastSequence}, the log says ${told?.status}`,
    );
    const before = this.#before.get(id);
    this.#require(
      before === undefined || before.status === status || order.version > before.version,
      'inv_order_log',
      () => `order ${number} changed without a new version`,
    );
    const lines = store.rows('order_lines').filter(({ orderId }) => orderId === id);
    this.#checkBill(store, order, lines);
    const isPlaced = before !== undefined && before.status !== 'QUEUED';
    this.#require(
      !isPlaced || before.totalMinor === totalMinor,
      'inv_order_prices',
      () => `the total of order ${number} changed after it was placed`,
    );
    if (before === undefined) this.#checkLimits(store, order);
    else if (before.status !== status) this.#checkEnd(store, before, order);
    this.#checkPaid(store, order);
  }

  /** Checks what limits a customer, at the commit of their new order. */
  #checkLimits(store: Store, { customerId, status, number }: Row): void {
    const isOpen = (order: Row) => order.status === 'QUEUED' || order.status === 'PENDING';
    if (!isOpen({ status })) return;
    const open = store
      .rows('orders')
      .filter((one) => one.customerId === customerId && isOpen(one))
      .filter(({ id }) => this.#told.get(id)?.isReopened === false);
    const ids = new Set(open.map(({ id }) => id));
    const units = sum(
      store.rows('order_lines').filter(({ orderId }) => ids.has(orderId)),
      'quantity',
    );
    const { pendingMax, heldUnitsMax } = this.#limits;
    this.#require(
      (pendingMax === 0 || open.length <= pendingMax) &&
        (heldUnitsMax === 0 || units <= heldUnitsMax),
      'pending orders',
      () => `with order ${number} its customer has ${open.length} unpaid ones of ${units} units`,
    );
  }

  #checkBill(store: Store, { id, number, totalMinor }: Row, lines: readonly Row[]): void {
    for (const line of lines) {
      const { priceMinor } = store.row('products', line.productId)!;
      const isRight =
        line.unitPriceMinor === priceMinor && line.totalMinor === line.quantity * priceMinor;
      this.#require(isRight, 'inv_order_totals', () => `a line of order ${number} is wrong`);
    }
    const bill = store.row('order_bills', id);
    const discountMinor = sum(bill?.discounts ?? [], 'amountMinor');
    const expected = sum(lines, 'totalMinor') - discountMinor;
    this.#require(
      totalMinor === expected && lines.length > 0,
      'inv_order_totals',
      () => `order ${number} costs ${totalMinor} and its lines ${expected}`,
    );
  }

  /** Checks an order at the commit at which it ended. */
  #checkEnd(store: Store, before: Row, { number, customerId, status, cancelReason }: Row): void {
    if (status !== 'CANCELLED' || before.cancelReason === cancelReason) return;
    if (cancelReason === 'CUSTOMER') this.#checkCancellations(store, customerId);
    if (cancelReason === 'CUSTOMER' || cancelReason === 'EXPIRED') {
      this.#require(
        !paid.includes(before.paymentStatus),
        'inv_payment_orders',
        () => `order ${number} was paid and ended as ${cancelReason}`,
      );
    }
    if (cancelReason !== 'EXPIRED' && cancelReason !== 'PAYMENT_FAILED') return;
    this.#require(
      before.status === 'PENDING' && before.expiresAt?.getTime() <= store.nowMs(),
      'inv_order_deadlines',
      () => `order ${number} expired before its time`,
    );
  }

  #checkCancellations(store: Store, customerId: string): void {
    const { cancellationsPerDayMax } = this.#limits;
    const count = store
      .rows('orders')
      .filter((one) => one.customerId === customerId && one.cancelReason === 'CUSTOMER').length;
    this.#require(
      cancellationsPerDayMax === 0 || count <= cancellationsPerDayMax,
      'cancellations',
      () => `a customer cancelled ${count} orders in a day`,
    );
  }

  #checkPaid(store: Store, order: Row): void {
    const { id, number, paymentStatus, totalMinor, status } = order;
    const matched = store
      .rows('payment_captures')
      .filter(({ orderId, kind }) => orderId === id && kind === 'matched');
    const isPaid = paid.includes(paymentStatus);
    if (!isPaid || totalMinor === 0) {
      this.#require(
        matched.length === 0,
        'inv_payment_orders',
        () => `order ${number} is ${paymentStatus}, and a charge paid it`,
      );
      this.#require(
        isPaid || !['QUEUED', 'FAILED'].includes(status) || paymentStatus === 'UNPAID',
        'inv_payment_orders',
        () => `order ${number} is ${status} and ${paymentStatus}`,
      );
      return;
    }
    const [capture] = matched;
    this.#require(
      matched.length === 1 && capture!.amountMinor === totalMinor,
      'inv_payment_orders',
      () => `order ${number} of ${totalMinor} is ${paymentStatus} with ${matched.length} charges`,
    );
    if (capture === undefined) return;
    const returned = sum(
      store
        .rows('payment_refunds')
        .filter(({ captureId, status: of }) => captureId === capture.id && of === 'SUCCEEDED'),
      'amountMinor',
    );
    const expected =
      returned === 0 ? 'PAID' : returned < capture.amountMinor ? 'PARTIALLY_REFUNDED' : 'REFUNDED';
    this.#require(
      paymentStatus === expected,
      'inv_payment_orders',
      () => `order ${number} is ${paymentStatus}, and ${returned} went back`,
    );
  }

  #checkStock(store: Store): void {
    const held = new Map<string, number>();
    for (const { orderId, productId, quantity } of store.rows('order_lines')) {
      if (!holding.includes(store.row('orders', orderId)!.status)) continue;
      held.set(productId, (held.get(productId) ?? 0) + quantity);
    }
    for (const { productId, onHand, reserved } of store.rows('stock')) {
      const { sku } = store.row('products', productId)!;
      this.#require(
        reserved >= 0 && reserved <= onHand,
        'inv_stock_bounds',
        () => `${reserved} of ${onHand} ${sku} are reserved`,
      );
      this.#require(
        reserved === (held.get(productId) ?? 0),
        'inv_stock_reserved',
        () => `${reserved} ${sku} are reserved, open orders hold ${held.get(productId) ?? 0}`,
      );
      const moved = sum(
        store.rows('stock_movements').filter((one) => one.productId === productId),
        'delta',
      );
      this.#require(
        onHand === this.#onHandAtFirst.get(productId)! + moved,
        'inv_stock_ledger',
        () => `${onHand} ${sku} are on hand`,
      );
    }
    for (const order of store.rows('orders')) this.#checkConsumed(store, order);
  }

  /** A completed order has taken its units out of the stock once, and another one none. */
  #checkConsumed(store: Store, { id, number, status }: Row): void {
    const moved = store.rows('stock_movements').filter(({ orderId }) => orderId === id);
    if (moved.length === 0 && status !== 'COMPLETED') return;
    const units = sum(
      store.rows('order_lines').filter(({ orderId }) => orderId === id),
      'quantity',
    );
    const expected = status === 'COMPLETED' ? -units : 0;
    this.#require(
      sum(moved, 'delta') === expected,
      'inv_stock_consumed',
      () => `order ${number} is ${status} and moved ${sum(moved, 'delta')} of ${units} units`,
    );
  }

  #checkDiscounts(store: Store): void {
    for (const { id, code, uses, usesMax } of store.rows('discounts')) {
      const counted = store
        .rows('orders')
        .filter(({ status }) => holding.includes(status) || status === 'COMPLETED')
        .filter((order) =>
          (store.row('order_bills', order.id)?.discounts ?? []).some(
            ({ discountId }: Row) => discountId === id,
          ),
        );
      this.#require(
        uses === counted.length && uses <= usesMax,
        'inv_discount_uses',
        () => `${code} counts ${uses} of ${usesMax}, and ${counted.length} orders use it`,
      );
    }
  }

  #checkSlots(store: Store): void {
    const { slotMinutes, slotOrdersMax } = store.row('shop_settings', '')!;
    const held = store.rows('slot_places').filter((place) => place.held);
    for (const { startAt, places } of store.rows('slots')) {
      const taken = held.filter((place) => place.startAt.getTime() === startAt.getTime()).length;
      this.#require(
        places === taken && places <= slotOrdersMax,
        'inv_slot_places',
        () => `the slot of ${startAt.toISOString()} counts ${places}, and ${taken} orders have one`,
      );
    }
    for (const { id, number, status, promisedFor } of store.rows('orders')) {
      const place = store.row('slot_places', id);
      const startAt = place?.held ? place.startAt.getTime() : null;
      const expected = status === 'CANCELLED' || status === 'FAILED' ? null : promisedFor;
      this.#require(
        startAt === (slotMinutes === 0 ? null : (expected?.getTime() ?? null)),
        'inv_slot_places',
        () => `order ${number} is ${status} and ${startAt === null ? 'has no' : 'has a'} place`,
      );
    }
  }

  #checkQueue(store: Store): void {
    const queued = store.rows('orders').filter(({ status }) => status === 'QUEUED');
    this.#require(
      queued.length === store.rows('queued_orders').length &&
        queued.every(({ id }) => store.row('queued_orders', id) !== undefined),
      'inv_order_queue',
      () => `${queued.length} orders are QUEUED, ${store.rows('queued_orders').length} wait`,
    );
  }

  #checkPayments(store: Store): void {
    const open = new Set<string>();
    for (const { id, orderId, status, capturedMinor, refundedMinor } of store.rows('payments')) {
      const captures = store.rows('payment_captures').filter(({ paymentId }) => paymentId === id);
      const matched = captures.filter(({ kind }) => kind === 'matched');
      this.#require(
        capturedMinor === sum(matched, 'amountMinor') &&
          refundedMinor === sum(matched, 'refundAllocatedMinor'),
        'inv_payment_sums',
        () => `payment ${id} says ${capturedMinor} and ${refundedMinor}`,
      );
      if (status !== 'OPEN') continue;
      this.#require(!open.has(orderId), 'inv_payment_sums', () => `${orderId} has two open pages`);
      open.add(orderId);
    }
    for (const { id, amountMinor, refundAllocatedMinor } of store.rows('payment_captures')) {
      const refunds = store
        .rows('payment_refunds')
        .filter(({ captureId, status }) => captureId === id && status !== 'FAILED');
      this.#require(
        refundAllocatedMinor === sum(refunds, 'amountMinor') && refundAllocatedMinor <= amountMinor,
        'inv_payment_refunds',
        () => `${refundAllocatedMinor} of ${amountMinor} is allocated to refunds`,
      );
    }
  }

  /** Of an order, an event is delivered after those before it. */
  #checkDelivery(store: Store, delivery: Row | undefined): void {
    if (delivery?.status !== 'DELIVERED') return;
    const { endpointId, lineId, eventPosition, eventType } = delivery;
    const skipped = store
      .rows('webhook_deliveries')
      .filter((one) => one.endpointId === endpointId && one.lineId === lineId)
      .filter((one) => one.status === 'PENDING' && one.eventPosition < eventPosition);
    this.#require(
      skipped.length === 0,
      'inv_webhook_deliveries',
      () => `${eventType} was delivered before ${skipped.length} others of its order`,
    );
  }
}
