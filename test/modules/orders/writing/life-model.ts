import type { Stored, StoredEvent, StoredLine, StoredMovement } from './stored.ts';

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

export type ModelLine = Omit<StoredLine, 'totalMinor'>;

export interface ModelDiscount {
  readonly id: string;
  readonly name: string;
  /** Null: no limit. */
  readonly usesMax: number | null;
}

/** What a discount takes off an order. */
export interface ModelReduction {
  readonly discount: number;
  readonly amountMinor: number;
}

export interface ModelOrder {
  readonly id: string;
  readonly number: string;
  readonly isImported: boolean;
  status: Status;
  paymentStatus: string;
  version: number;
  lines: readonly ModelLine[];
  reductions: readonly ModelReduction[];
  cancelReason: string | null;
  failureCode: string | null;
  expires: boolean;
  readonly events: StoredEvent[];
  readonly movements: { readonly product: number; readonly movement: StoredMovement }[];
}

type NewOrder = Pick<ModelOrder, 'id' | 'number' | 'lines' | 'reductions'>;

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
const USED_UP = 'discounts.not_applicable';

export class LifeModel {
  readonly orders: ModelOrder[] = [];
  private readonly onHand: number[];
  private readonly discounts: readonly ModelDiscount[];

  constructor(productCount: number, onHand: number, discounts: readonly ModelDiscount[]) {
    this.onHand = new Array<number>(productCount).fill(onHand);
    this.discounts = discounts;
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
    const code = this.refuse(orders.filter(({ deferred }) => !deferred));
    if (code !== null) return code;
    for (const { deferred, ...given } of orders) {
      const order = this.add(given, false);
      if (deferred) {
        this.log(order, 'order.queued', 'QUEUED', { ...this.bill(order), vip: false });
      } else this.start(order);
    }
    return null;
  }

  serve(
    served: readonly {
      readonly order: ModelOrder;
      readonly placed: Pick<ModelOrder, 'lines' | 'reductions'> | null;
    }[],
  ): string | null {
    const code = this.refuse(served.flatMap(({ placed }) => placed ?? []));
    if (code !== null) return code;
    for (const { order, placed } of served) {
      if (placed === null) {
        order.failureCode = 'test.failed';
        const failure = { code: 'test.failed', detail: 'It failed.' };
        this.log(order, 'order.failed', 'FAILED', { failure, lines: [] });
      } else {
        order.lines = placed.lines;
        order.reductions = placed.reductions;
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
    const code = from === 'QUEUED' && to === 'PENDING' ? this.refuse([order]) : null;
    if (code !== null) return code;
    order.version += 1;
    order.expires = to === 'PENDING' && !paid.includes(order.paymentStatus);
    this.log(
      order,
      typeBy(to),
      to,
      {
        ...(to === 'PENDING' ? this.bill(order) : {}),
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
        isEnded: ended.includes(order.status),
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
      discounts: this.discounts.map((_, discount) => {
        const using = this.using(discount);
        return { uses: using.length, orders: using.map(({ number }) => number) };
      }),
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
    const data = this.bill(order);
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

  /** Returns why orders cannot be placed together, or null if they can. Uses are checked before the stock. */
  private refuse(orders: readonly Pick<ModelOrder, 'lines' | 'reductions'>[]): string | null {
    const isUsedUp = this.discounts.some(({ usesMax }, discount) => {
      const wanted = orders.filter((order) => hasDiscount(order, discount)).length;
      return usesMax !== null && wanted > 0 && this.using(discount).length + wanted > usesMax;
    });
    if (isUsedUp) return USED_UP;
    return this.isAvailable(orders.flatMap(({ lines }) => lines)) ? null : SHORTAGE;
  }

  /** Returns the orders that use a discount. */
  private using(discount: number): ModelOrder[] {
    return this.orders.filter(
      (order) => overridable.includes(order.status) && hasDiscount(order, discount),
    );
  }

  /** Returns what events that queue or place an order say about its price. */
  private bill(order: ModelOrder): { readonly total: Money; readonly bill?: object } {
    if (order.reductions.length === 0) return { total: total(order) };
    return {
      total: total(order),
      bill: {
        subtotal: pounds(subtotalMinor(order)),
        pricesIncludeTax: true,
        discounts: order.reductions.map(({ discount, amountMinor }) => {
          const { id: discountId, name } = this.discounts[discount]!;
          return { discountId, code: null, name, amount: pounds(amountMinor) };
        }),
        charges: [],
        taxes: [],
        tip: pounds(0),
        total: total(order),
      },
    };
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
  return lines.reduce((sum, line) => {
    const { quantity, modifier } = line;
    const own = line.product === product ? quantity : 0;
    return sum + own + (modifier?.product === product ? quantity * modifier.quantity : 0);
  }, 0);
}

function hasDiscount({ reductions }: Pick<ModelOrder, 'reductions'>, discount: number): boolean {
  return reductions.some((one) => one.discount === discount);
}

interface Money {
  readonly amount: number;
  readonly currency: string;
}

function pounds(amount: number): Money {
  return { amount, currency: 'GBP' };
}

function subtotalMinor({ lines }: Pick<ModelOrder, 'lines'>): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0);
}

function total(order: Pick<ModelOrder, 'lines' | 'reductions'>): Money {
  const offMinor = order.reductions.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  return pounds(subtotalMinor(order) - offMinor);
}

function typeBy(status: Status): string {
  return status === 'PENDING' ? 'order.placed' : `order.${status.toLowerCase()}`;
}
