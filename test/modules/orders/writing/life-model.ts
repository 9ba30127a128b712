import type { Stored, StoredEvent, StoredMovement } from './stored.ts';

/** The expected stored state of orders, by rules that are written here again and share no code with the product. */

type Status =
  | 'QUEUED'
  | 'PENDING'
  | 'CONFIRMED'
  | 'PREPARING'
  | 'READY'
  | 'COMPLETED'
  | 'CANCELLED'
  | 'FAILED';

export interface ModelLine {
  readonly product: number;
  readonly name: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

export interface ModelOrder {
  readonly id: string;
  readonly number: string;
  readonly isImported: boolean;
  status: Status;
  paymentStatus: string;
  version: number;
  lines: readonly ModelLine[];
  cancelReason: string | null;
  failureCode: string | null;
  expires: boolean;
  readonly events: StoredEvent[];
  readonly movements: { readonly product: number; readonly movement: StoredMovement }[];
}

type NewOrder = Pick<ModelOrder, 'id' | 'number' | 'lines'>;

const next: Readonly<Record<Status, Status | null>> = {
  QUEUED: 'PENDING',
  PENDING: 'CONFIRMED',
  CONFIRMED: 'PREPARING',
  PREPARING: 'READY',
  READY: 'COMPLETED',
  COMPLETED: null,
  CANCELLED: null,
  FAILED: null,
};
const working: readonly Status[] = ['PENDING', 'CONFIRMED', 'PREPARING', 'READY'];
const overridable: readonly Status[] = [...working, 'COMPLETED'];
const ended: readonly Status[] = ['COMPLETED', 'CANCELLED', 'FAILED'];
const paid: readonly string[] = ['PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'];

const ILLEGAL = 'orders.illegal_transition';
const SHORTAGE = 'inventory.insufficient_stock';

export class LifeModel {
  readonly orders: ModelOrder[] = [];
  private readonly onHand: number[];

  constructor(productCount: number, onHand: number) {
    this.onHand = new Array<number>(productCount).fill(onHand);
  }

  /** Returns the orders at these indexes, each once. */
  pick(indexes: readonly number[]): ModelOrder[] {
    if (this.orders.length === 0) return [];
    return [...new Set(indexes.map((index) => this.orders[index % this.orders.length]!))];
  }

  nextStatus(order: ModelOrder): Exclude<Status, 'CANCELLED' | 'FAILED'> | null {
    return next[order.status] as Exclude<Status, 'CANCELLED' | 'FAILED'> | null;
  }

  /** Each of these returns the code of a refusal, which changes nothing, or null on success. */
  place(orders: readonly (NewOrder & { readonly deferred: boolean })[]): string | null {
    const reserving = orders.filter(({ deferred }) => !deferred);
    if (!this.isAvailable(reserving.flatMap(({ lines }) => lines))) return SHORTAGE;
    for (const { deferred, ...given } of orders) {
      const order = this.add(given, false);
      if (deferred) {
        this.log(order, 'order.queued', 'QUEUED', { total: total(order), vip: false });
      } else this.start(order);
    }
    return null;
  }

  serve(
    served: readonly {
      readonly order: ModelOrder;
      readonly lines: readonly ModelLine[] | null;
    }[],
  ): string | null {
    if (!this.isAvailable(served.flatMap(({ lines }) => lines ?? []))) return SHORTAGE;
    for (const { order, lines } of served) {
      if (lines === null) {
        order.failureCode = 'test.failed';
        const failure = { code: 'test.failed', detail: 'It failed.' };
        this.log(order, 'order.failed', 'FAILED', { failure, lines: [] });
      } else {
        order.lines = lines;
        this.start(order);
      }
      order.version += 1;
    }
    return null;
  }

  move(order: ModelOrder, to: Status, override: boolean): string | null {
    const { status: from } = order;
    const isStep = next[from] === to;
    const isOverride =
      override && from !== to && overridable.includes(from) && overridable.includes(to);
    if ((!isStep && !isOverride) || order.isImported) return ILLEGAL;
    if (from === 'QUEUED' && to === 'PENDING' && !this.isAvailable(order.lines)) return SHORTAGE;
    order.version += 1;
    order.expires = to === 'PENDING' && !paid.includes(order.paymentStatus);
    this.log(
      order,
      typeBy(to),
      to,
      {
        ...(to === 'PENDING' ? { total: total(order) } : {}),
        ...(override ? { override: true } : {}),
      },
      { reason: override ? 'They said so.' : null },
    );
    if (to === 'COMPLETED') this.shift(order, -1, 'consumption', 'completed');
    if (from === 'COMPLETED') this.shift(order, 1, 'return', 'reopened');
    return null;
  }

  cancel(
    orders: readonly ModelOrder[],
    cancelReason: string,
    by = { actor: 'user', reason: 'Not today.' },
  ): string | null {
    if (orders.some(({ status }) => ended.includes(status))) return ILLEGAL;
    for (const order of orders) {
      order.version += 1;
      order.expires = false;
      order.cancelReason = cancelReason;
      this.log(order, 'order.cancelled', 'CANCELLED', { cancelReason }, by);
    }
    return null;
  }

  expire(orders: readonly ModelOrder[]): void {
    for (const order of orders) {
      const cancelReason = order.paymentStatus === 'FAILED' ? 'PAYMENT_FAILED' : 'EXPIRED';
      this.cancel([order], cancelReason, { actor: 'system', reason: 'It was not paid in time.' });
    }
  }

  pay(
    orders: readonly ModelOrder[],
    paymentStatus: string,
    facts: readonly { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[],
    confirms: boolean,
  ): void {
    for (const order of orders) {
      const isConfirmed = confirms && order.status === 'PENDING';
      if (isConfirmed || order.paymentStatus !== paymentStatus) order.version += 1;
      order.paymentStatus = paymentStatus;
      for (const { type, data } of facts) this.append(order, { type, data });
      if (isConfirmed) {
        this.log(order, 'order.confirmed', 'CONFIRMED', {}, { reason: 'It was paid.' });
      }
      if (isConfirmed || paid.includes(paymentStatus)) order.expires = false;
    }
  }

  import(orders: readonly NewOrder[]): void {
    for (const given of orders) {
      this.log(this.add(given, true), 'order.imported', 'COMPLETED', {});
    }
  }

  expected(): Stored {
    return {
      orders: this.orders.map((order) => ({
        number: order.number,
        status: order.status,
        paymentStatus: order.paymentStatus,
        version: order.version,
        lastSequence: order.events.length,
        totalMinor: total(order).amount,
        source: order.isImported ? 'import' : 'api',
        cancelReason: order.cancelReason,
        isCancelled: order.status === 'CANCELLED',
        failureCode: order.failureCode,
        expires: order.expires,
        isQueued: order.status === 'QUEUED',
        lines: order.lines.map((line) => ({
          ...line,
          totalMinor: line.quantity * line.unitPriceMinor,
        })),
        events: order.events,
      })),
      products: this.onHand.map((onHand, product) => ({
        onHand,
        reserved: this.reserved(product),
        movements: this.orders.flatMap(({ movements }) =>
          movements.filter((each) => each.product === product).map(({ movement }) => movement),
        ),
      })),
    };
  }

  private add(given: NewOrder, isImported: boolean): ModelOrder {
    const order: ModelOrder = {
      ...given,
      isImported,
      status: isImported ? 'COMPLETED' : 'QUEUED',
      paymentStatus: 'UNPAID',
      version: 1,
      cancelReason: null,
      failureCode: null,
      expires: false,
      events: [],
      movements: [],
    };
    this.orders.push(order);
    return order;
  }

  /** Makes an order PENDING and, if it is free, CONFIRMED and paid by the system. */
  private start(order: ModelOrder): void {
    const data = { total: total(order) };
    this.log(order, 'order.placed', 'PENDING', data);
    order.expires = data.total.amount > 0;
    if (order.expires) return;
    order.paymentStatus = 'PAID';
    order.version += 1;
    const by = { actor: 'system', reason: 'There is nothing to pay.' };
    this.log(order, 'order.confirmed', 'CONFIRMED', data, by);
  }

  private log(
    order: ModelOrder,
    type: string,
    to: Status,
    data: Readonly<Record<string, unknown>>,
    by: { readonly actor?: string; readonly reason?: string | null } = {},
  ): void {
    const from = order.events.length === 0 ? null : order.status;
    order.status = to;
    this.append(order, { type, from, to, data: { number: order.number, ...data }, ...by });
  }

  private append(
    order: ModelOrder,
    event: Pick<StoredEvent, 'type' | 'data'> & Partial<StoredEvent>,
  ): void {
    const sequence = order.events.length + 1;
    order.events.push({ sequence, from: null, to: null, actor: 'user', reason: null, ...event });
  }

  private isAvailable(lines: readonly ModelLine[]): boolean {
    return this.onHand.every((onHand, product) => {
      const wanted = countUnits(lines, product);
      return wanted === 0 || this.reserved(product) + wanted <= onHand;
    });
  }

  private reserved(product: number): number {
    return this.orders
      .filter(({ status }) => working.includes(status))
      .reduce((sum, { lines }) => sum + countUnits(lines, product), 0);
  }

  private shift(order: ModelOrder, sign: 1 | -1, kind: string, why: string): void {
    this.onHand.forEach((_, product) => {
      const units = countUnits(order.lines, product);
      if (units === 0) return;
      this.onHand[product]! += sign * units;
      const reason = `Order ${order.number} ${why}`;
      const movement = { number: order.number, kind, delta: sign * units, reason };
      order.movements.push({ product, movement });
    });
  }
}

function countUnits(lines: readonly ModelLine[], product: number): number {
  return lines
    .filter((line) => line.product === product)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

function total({ lines }: Pick<ModelOrder, 'lines'>): { amount: number; currency: string } {
  const amount = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0);
  return { amount, currency: 'GBP' };
}

function typeBy(status: Status): string {
  return status === 'PENDING' ? 'order.placed' : `order.${status.toLowerCase()}`;
}
