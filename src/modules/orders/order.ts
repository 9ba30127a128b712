import type { BilledLine, BillParts } from '../pricing/index.ts';
import type { Fulfilment } from './fulfilment/fulfilment.ts';

/** The core types of orders. Values are spelled as in the API and the database. */

export const orderStatuses = [
  'QUEUED',
  'PENDING',
  'CONFIRMED',
  'PREPARING',
  'READY',
  'COMPLETED',
  'CANCELLED',
  'FAILED',
] as const;

export type OrderStatus = (typeof orderStatuses)[number];

/** Returns whether work remains for the order. The kitchen and the queue limit how many orders are open. */
export function isOpen(status: OrderStatus): boolean {
  return !['COMPLETED', 'CANCELLED', 'FAILED'].includes(status);
}

export const paymentStatuses = [
  'UNPAID',
  'PENDING',
  'PAID',
  'FAILED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
] as const;

export type PaymentStatus = (typeof paymentStatuses)[number];

export const cancelReasons = ['CUSTOMER', 'ADMIN', 'EXPIRED', 'PAYMENT_FAILED'] as const;

export type CancelReason = (typeof cancelReasons)[number];

/** One product, with its quantity, modifiers and prices as they were when the order was placed. */
export type OrderLine = BilledLine;

export interface Order {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly paymentStatus: PaymentStatus;
  readonly version: number;
  readonly vip: boolean;
  readonly totalMinor: number;
  readonly currency: string;
  /** The bill besides the lines. Null: it has only lines. */
  readonly bill: BillParts | null;
  readonly note: string | null;
  /** Null: `defaultFulfilment`. */
  readonly fulfilment: Fulfilment | null;
  /** When it is promised, where that is not `createdAt`. SHIPMENT has no time. */
  readonly promisedFor: Date | null;
  readonly shippingAddress: string | null;
  readonly cancelReason: CancelReason | null;
  readonly failureCode: string | null;
  readonly failureDetail: string | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Returns whether the units of an order with this status count as reserved. */
export function holdsStock(status: OrderStatus): boolean {
  return (
    status === 'PENDING' || status === 'CONFIRMED' || status === 'PREPARING' || status === 'READY'
  );
}

/**
 * Returns whether an order with this status uses its discounts. A completed or refunded one does for good, so a discount
 * for the first hundred orders serves a hundred that were not cancelled.
 */
export function countsAsUse(status: OrderStatus): boolean {
  return holdsStock(status) || status === 'COMPLETED';
}

/** Returns whether an order with this status keeps its place in a slot. A queued one took it when it was accepted. */
export function holdsSlot(status: OrderStatus): boolean {
  return status !== 'CANCELLED' && status !== 'FAILED';
}

/** Returns whether the order has been paid, even if money was refunded since. */
export function isPaid(paymentStatus: PaymentStatus): boolean {
  return (
    paymentStatus === 'PAID' ||
    paymentStatus === 'PARTIALLY_REFUNDED' ||
    paymentStatus === 'REFUNDED'
  );
}

/** Returns whether the order awaits payment and may therefore expire. */
export function awaitsPayment(status: OrderStatus, paymentStatus: PaymentStatus): boolean {
  return status === 'PENDING' && !isPaid(paymentStatus);
}

export interface PlacedState {
  readonly status: OrderStatus;
  readonly paymentStatus: PaymentStatus;
}

const unpaid: readonly PlacedState[] = [{ status: 'PENDING', paymentStatus: 'UNPAID' }];
const free: readonly PlacedState[] = [...unpaid, { status: 'CONFIRMED', paymentStatus: 'PAID' }];

export function isFree(totalMinor: number): boolean {
  return totalMinor === 0;
}

/** Returns the states that an order passes through when it is placed. A free order is paid and confirmed at once. */
export function placedStates(totalMinor: number): readonly PlacedState[] {
  return isFree(totalMinor) ? free : unpaid;
}
