import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Database } from '../../src/database/database.ts';
import type {
  ProviderCapture,
  ProviderEvent,
  RefundState,
} from '../../src/drivers/payments/payment-provider.ts';
import {
  createPayments,
  type Payments,
  type PaymentsDependencies,
} from '../../src/modules/payments/index.ts';
import type { PaymentView } from '../../src/modules/payments/schemas.ts';
import type { UserCaller } from '../../src/shared/caller.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { createCursors } from '../../src/shared/pagination.ts';
import { startModule } from './module.ts';
import {
  buildContext,
  buildPlacementContext,
  createTestOrders,
  type TestOrders,
} from './orders.ts';
import { createProviderDouble, type ProviderDouble } from './payment-provider-double.ts';
import { addProduct, addUser, type TestProduct, testCause } from './shop.ts';

/** A shop with a provider controlled by the test. No background work runs; a test calls what it needs. */
export interface PayingShop {
  readonly database: Database;
  readonly orders: TestOrders;
  readonly payments: Payments;
  readonly provider: ProviderDouble;
  readonly customer: UserCaller;
  readonly admin: UserCaller;
  readonly product: TestProduct;
  /** Errors of background work, as in the log. */
  readonly errors: unknown[];
  /** Places an order of the shop's customer for 500 pence, two units. */
  order(): Promise<string>;
  /** The same, with an open payment. */
  opened(): Promise<{ orderId: string; paymentId: string }>;
  /** The same, paid and confirmed. */
  paid(): Promise<{ orderId: string; paymentId: string; capture: ProviderCapture }>;
  /** Stores provider events without checking signatures and applies them all. */
  tell(...events: ProviderEvent[]): Promise<void>;
  /** Charges a payment in full, unless `change` differs, and delivers the event. */
  charge(paymentId: string, change?: Partial<ProviderCapture>): Promise<ProviderCapture>;
  /** Settles until nothing is due. */
  settle(): Promise<void>;
  getPayment(paymentId: string): Promise<PaymentView>;
  /** Returns the kind, amount and refunded amount of each charge of a payment. */
  listCharges(paymentId: string): Promise<[kind: string, amount: number, refunded: number][]>;
  /** Returns the refunds of an order with their charges. */
  listRefunds(orderId: string): Promise<ObservedRefund[]>;
  getOrder(orderId: string): Promise<OrderStanding>;
  /** Returns the types of the order's events, in order. */
  listEventTypes(orderId: string): Promise<string[]>;
  cancel(orderId: string): Promise<void>;
  /** Creates a second server on the same database and provider. */
  another(changes?: Partial<PaymentsDependencies>): PaymentServer;
}

export interface PaymentServer extends Payments {
  start(): void;
  stop(): Promise<void>;
  /** Returns the outcomes of webhooks from the metric: each as often as it occurred, sorted by name. */
  outcomes(): string[];
}

export interface ObservedRefund {
  /** The charge's reference at the provider. */
  readonly reference: string;
  readonly cause: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
}

export interface OrderStanding {
  readonly status: string;
  readonly paymentStatus: string;
  readonly version: number;
  readonly cancelReason: string | null;
}

/** Far more than any test needs; only an endless loop of work reaches it. */
const SETTLE_ROUNDS_MAX = 2_000;

export async function openPaymentsShop(database: Database): Promise<PayingShop> {
  const orders = createTestOrders(database, { pendingMax: 0, cancellationsPerDayMax: 0 });
  const provider = createProviderDouble();
  const errors: unknown[] = [];
  const another = (changes: Partial<PaymentsDependencies> = {}): PaymentServer => {
    const module = createPayments({
      database,
      cursors: createCursors('thirty-two bytes of secret for tests'),
      provider,
      clock: systemClock,
      publicUrl: 'http://shop.example',
      retryBaseSeconds: 0,
      attemptsMax: 8,
      onError: (error) => errors.push(error),
      log: { warn() {} },
      ...changes,
    });
    const outcomes = () =>
      Object.entries(module.metrics![0]!.counts)
        .flatMap(([outcome, count]) => Array.from({ length: count }, () => outcome))
        .toSorted();
    return { ...startModule(module), outcomes };
  };
  const payments = another();
  const customer = await addUser(database);
  const admin = await addUser(database, { role: 'admin' });
  const product = await addProduct(database, { onHand: 100_000, priceMinor: 250 });

  const shop: PayingShop = {
    database,
    orders,
    payments,
    provider,
    customer,
    admin,
    product,
    errors,
    another,
    async order() {
      const items = [{ sku: product.sku, quantity: 2 }];
      return (await orders.placeOrder(buildPlacementContext(customer), { items })).id;
    },
    async opened() {
      const orderId = await shop.order();
      const { result } = await payments.initiatePayment(buildContext(customer), orderId);
      return { orderId, paymentId: result.view.payment.id };
    },
    async paid() {
      const { orderId, paymentId } = await shop.opened();
      const capture = provider.pay(paymentId);
      await shop.tell(captured(paymentId, capture));
      return { orderId, paymentId, capture };
    },
    async tell(...events) {
      for (const event of events) {
        const webhook = { ...provider.sign(event), providerName: null, cause: testCause };
        await payments.receiveWebhook(webhook);
      }
      while ((await payments.applyDueEvents()) > 0);
    },
    async charge(paymentId, change) {
      const capture = provider.pay(paymentId, change);
      await shop.tell(captured(paymentId, capture));
      return capture;
    },
    async settle() {
      // A round calls the provider at most ten times, so a thousand refunds take a hundred rounds.
      let round = 0;
      while (await payments.settleMoney()) {
        round += 1;
        assert.ok(round < SETTLE_ROUNDS_MAX, `not settled after ${round} rounds`);
      }
      await payments.settleMoney();
    },
    getPayment: (paymentId) => payments.getPayment(admin, paymentId),
    async listCharges(paymentId) {
      const { charges } = await shop.getPayment(paymentId);
      return charges.map(({ kind, amount, refunded }) => [kind, amount.amount, refunded.amount]);
    },
    listRefunds: (orderId) =>
      database.run<ObservedRefund>(
        'test.refunds_by_charge',
        `select payment_captures.provider_reference as reference, payment_refunds.cause,
                payment_refunds.amount_minor as amount, payment_refunds.currency, payment_refunds.status
           from payment_refunds
           join payment_captures on payment_captures.id = payment_refunds.capture_id
          where payment_refunds.order_id = $1::uuid
          order by payment_refunds.created_at, payment_refunds.id`,
        [orderId],
      ),
    async getOrder(orderId) {
      const { status, paymentStatus, version, cancelReason } = await orders.getOrder(
        admin,
        orderId,
      );
      return { status, paymentStatus, version, cancelReason };
    },
    async listEventTypes(orderId) {
      const { data } = await orders.getOrderHistory(admin, orderId);
      return data.map(({ type }) => type);
    },
    async cancel(orderId) {
      await orders.cancelOrder(buildContext(admin), { orderId, reason: null, ifMatch: null });
    },
  };
  return shop;
}

const eventId = () => `evt-${randomBytes(8).toString('hex')}`;

export function captured(
  paymentId: string,
  capture: ProviderCapture,
  id: string = eventId(),
): ProviderEvent {
  return { id, type: 'payment.captured', createdAt: null, kind: 'captured', paymentId, capture };
}

export function declined(paymentId: string, id: string = eventId()): ProviderEvent {
  return {
    id,
    type: 'payment.failed',
    createdAt: null,
    kind: 'failed',
    paymentId,
    reason: 'declined',
  };
}

export function reportedRefund(
  refund: {
    refundId: string | null;
    providerRefundId?: string;
    providerReference?: string | null;
    amountMinor: number;
  },
  state: RefundState,
): ProviderEvent {
  return {
    id: eventId(),
    type: `refund.${state.toLowerCase()}`,
    createdAt: null,
    kind: 'refund',
    paymentId: null,
    providerRefundId: `refund-${refund.refundId}`,
    providerReference: null,
    currency: 'GBP',
    failure: state === 'FAILED' ? 'the card is gone' : null,
    ...refund,
    state,
  };
}
