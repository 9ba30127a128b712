import pLimit from 'p-limit';
import { addSums, noSums, type OrderSums } from '../../../modules/orders/index.ts';
import { money, sumMinor } from '../../../shared/money.ts';
import { pause } from '../../../shared/pause.ts';
import { type ApiClient, type ApiReply, UnexpectedReplyError } from './api-client.ts';
import { percentToParts } from './included-tax.ts';
import type { PlannedOrder } from './plan.ts';
import type { ReplayProducts } from './replay-products.ts';

export interface ReplayOptions {
  readonly customers: readonly ApiClient[];
  readonly admin: ApiClient;
  readonly products: ReplayProducts;
  readonly currency: string;
  /** The percentage of the tax that prices include, in parts of a million; 0: none. */
  readonly taxParts: bigint;
  /** Concurrent orders. */
  readonly concurrency: number;
  /** 0: as fast as possible; otherwise that many times real time. */
  readonly speed: number;
  /** Move each order to COMPLETED. */
  readonly complete: boolean;
  readonly onProgress: (orders: number, total: number) => void;
}

export interface ReplayOutcome {
  /** The sums of the responses. */
  readonly placed: OrderSums;
  /** One sentence for each wrong response. */
  readonly differences: readonly string[];
  readonly durationsMs: readonly number[];
  readonly elapsedMs: number;
}

interface AmountReply {
  readonly amount: number;
  readonly currency: string;
}

interface OrderReply {
  readonly id: string;
  readonly total: AmountReply;
  readonly bill: {
    readonly discounts: readonly { readonly amount: AmountReply }[];
    readonly charges: readonly { readonly amount: AmountReply }[];
    readonly taxes: readonly TaxReply[];
    readonly tip: AmountReply;
  };
  readonly items: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly unitPrice: { readonly amount: number };
  }[];
}

interface TaxReply {
  readonly percent: string;
  readonly base: AmountReply;
  readonly amount: AmountReply;
  readonly included: boolean;
}

const STEPS = ['CONFIRMED', 'PREPARING', 'READY', 'COMPLETED'];

/**
 * Places the orders in the order of time, each by one of the customers, at its original price. Orders that need the
 * current price of a product run concurrently; a price change waits for them.
 */
export async function replayOrders(
  orders: readonly PlannedOrder[],
  options: ReplayOptions,
): Promise<ReplayOutcome> {
  const { products: replayProducts, customers, speed, onProgress } = options;
  let placed = noSums;
  const differences: string[] = [];
  const durationsMs: number[] = [];
  const limit = pLimit(options.concurrency);
  const startedAt = performance.now();
  const firstAtMs = orders[0]?.atMs ?? 0;
  let done = 0;

  async function placeOne(order: PlannedOrder, customer: ApiClient): Promise<void> {
    const sentAt = performance.now();
    const reply = await place(customer, order, options);
    durationsMs.push(performance.now() - sentAt);
    const difference = findDifference(order, reply, options);
    if (difference === null) {
      const placedOrder = reply.body as OrderReply;
      placed = addSums(placed, toSums(placedOrder));
      if (options.complete) await completeOrder(options.admin, placedOrder.id);
    } else differences.push(difference);
    done += 1;
    onProgress(done, orders.length);
  }

  const waiting = new Set<Promise<void>>();
  for (const [index, order] of orders.entries()) {
    if (speed > 0) {
      const dueMs = (order.atMs - firstAtMs) / speed - (performance.now() - startedAt);
      if (dueMs > 0) await pause(dueMs);
    }
    for (const { key, unitPriceMinor } of order.lines)
      await replayProducts.ensurePrice(key, unitPriceMinor);
    const customer = customers[index % customers.length]!;
    const inProgress = limit(() => placeOne(order, customer)).catch((error: unknown) => {
      differences.push(`order ${order.number}: ${error instanceof Error ? error.message : error}`);
    });
    replayProducts.hold(new Set(order.lines.map(({ key }) => key)), inProgress);
    waiting.add(inProgress);
    inProgress.then(() => waiting.delete(inProgress));
    // No further ahead, so that a price change does not wait for thousands of orders.
    while (waiting.size >= options.concurrency) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  return { placed, differences, durationsMs, elapsedMs: performance.now() - startedAt };
}

function place(
  customer: ApiClient,
  { number, lines, totalMinor }: PlannedOrder,
  { products: replayProducts, currency }: ReplayOptions,
): Promise<ApiReply> {
  const body = {
    items: lines.map(({ key, quantity, unitPriceMinor }) => ({
      sku: replayProducts.getSku(key),
      quantity,
      unitPrice: money(unitPriceMinor, currency),
    })),
    expectedTotal: money(totalMinor, currency),
  };
  return customer.request('POST', '/api/orders', body, `replay-${number}`);
}

function findDifference(
  order: PlannedOrder,
  { status, body }: ApiReply,
  { products: replayProducts, currency, taxParts }: ReplayOptions,
): string | null {
  const what = `order ${order.number}`;
  if (status !== 201) return `${what} was refused with ${status}: ${JSON.stringify(body)}`;
  const { total, items, bill } = body as OrderReply;
  if (total.amount !== order.totalMinor || total.currency !== currency) {
    return `${what} has the total ${total.amount} ${total.currency}, not ${order.totalMinor} ${currency}`;
  }
  const same =
    items.length === order.lines.length &&
    order.lines.every(({ key, quantity, unitPriceMinor }, index) => {
      const item = items[index]!;
      return (
        item.sku === replayProducts.getSku(key) &&
        item.quantity === quantity &&
        item.unitPrice.amount === unitPriceMinor
      );
    });
  if (!same) return `${what} has different lines in the response`;
  const areTaxesRight =
    taxParts === 0n
      ? bill.taxes.length === 0
      : bill.taxes.length === 1 && isTaxOf(order, bill.taxes[0]!, taxParts);
  return areTaxesRight ? null : `${what} has the taxes ${JSON.stringify(bill.taxes)}`;
}

function isTaxOf(
  { totalMinor, taxMinor }: PlannedOrder,
  { percent, base, amount, included }: TaxReply,
  taxParts: bigint,
): boolean {
  return (
    percentToParts(percent) === taxParts &&
    base.amount === totalMinor &&
    amount.amount === taxMinor &&
    included
  );
}

function toSums({ items, total, bill }: OrderReply): OrderSums {
  const sumOf = (parts: readonly { readonly amount: AmountReply }[]): number =>
    sumMinor(parts.map(({ amount }) => amount.amount));
  return {
    orders: 1,
    lines: items.length,
    units: items.reduce((units, { quantity }) => units + quantity, 0),
    discountsMinor: sumOf(bill.discounts),
    chargesMinor: sumOf(bill.charges),
    taxesMinor: sumOf(bill.taxes),
    tipsMinor: bill.tip.amount,
    totalMinor: total.amount,
  };
}

async function completeOrder(admin: ApiClient, id: string): Promise<void> {
  for (const status of STEPS) {
    const reply = await admin.request('PATCH', `/api/orders/${id}/status`, { status });
    if (reply.status !== 200) throw new UnexpectedReplyError(`The step to ${status}`, reply);
  }
}

/** Sums the orders of these customers, read back from the server order by order. */
export async function sumStoredOrders(customers: readonly ApiClient[]): Promise<OrderSums> {
  let sums = noSums;
  for (const customer of customers) {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const reply = await customer.request('GET', `/api/orders?limit=100${after}`);
      if (reply.status !== 200) throw new UnexpectedReplyError('The list of orders', reply);
      const page = reply.body as { data: OrderReply[]; nextCursor: string | null };
      sums = addSums(sums, ...page.data.map(toSums));
      cursor = page.nextCursor;
    }
  }
  return sums;
}
