import { isPaid, type OrderStatus, type PaymentStatus } from '../orders/index.ts';
import { greetedName } from './mail-content.ts';
import type { OrderMailKind } from './mail-kind.ts';

/**
 * What a mail states about the payment: that it is due, that it was received, or that it will be refunded. A free
 * order's mail says so because of its total, which never changes.
 */
export type PaymentNote = 'due' | 'received' | 'to_refund';

/**
 * What a mail about an order states that may change after it was sent. Recorded with the mail, so that the same text
 * can be written again. Whatever else it states never changes, see `OrderMailSource`.
 */
export interface MailFacts {
  readonly recipient: string;
  /** Empty if the greeting has no name. */
  readonly greetedName: string;
  readonly paymentNote: PaymentNote | null;
  /** The payment deadline that the mail states. */
  readonly payByMs: number | null;
  /** Whether it goes to a guest, whose link opens the order without a sign-in. */
  readonly isGuest: boolean;
  /**
   * Whether the mail states nothing that its customer typed: anyone can sign up with another person's address, and have
   * the shop send them a text.
   */
  readonly omitsOwnWords: boolean;
}

/** An order and its customer, as a mail finds them. */
export interface MailedState {
  readonly status: OrderStatus;
  readonly paymentStatus: PaymentStatus;
  readonly isImported: boolean;
  readonly isFree: boolean;
  readonly expiresAtMs: number | null;
  /** Null: a guest without one. */
  readonly email: string | null;
  readonly customerName: string;
  readonly isGuest: boolean;
  /** Whether mails to the customer may state what they typed: a guest, or an account whose address is proven. */
  readonly repeatsWords: boolean;
}

/**
 * Decides what a mail states. Returns null if no mail is due: without an address, for imported orders, which had ended
 * before they were imported, for the placement of an order with nothing to pay, which is confirmed at the same moment, so
 * that one mail covers both, and for a changed fulfilment of an order that is not placed yet or has ended. A disabled customer gets mail too, because it is their order and their money.
 */
export function decideMailFacts(kind: OrderMailKind, state: MailedState): MailFacts | null {
  if (state.isImported || (state.isFree && kind === 'order.placed')) return null;
  if (state.email === null) return null;
  if (isChange(kind) && !open.includes(state.status)) return null;
  const paymentNote = decidePaymentNote(kind, state);
  return {
    recipient: state.email,
    greetedName: state.repeatsWords ? greetedName(state.customerName) : '',
    paymentNote,
    payByMs: paymentNote === 'due' ? state.expiresAtMs : null,
    isGuest: state.isGuest,
    omitsOwnWords: !state.repeatsWords,
  };
}

/** The statuses in which it matters when and where an order is. */
const open: readonly OrderStatus[] = ['PENDING', 'CONFIRMED', 'PREPARING', 'READY'];

function isChange(kind: OrderMailKind): boolean {
  return kind === 'order.rescheduled' || kind === 'order.readdressed';
}

function decidePaymentNote(
  kind: OrderMailKind,
  { status, paymentStatus, isFree }: MailedState,
): PaymentNote | null {
  switch (kind) {
    case 'order.placed':
      return status === 'PENDING' && !isPaid(paymentStatus) ? 'due' : null;
    case 'order.confirmed':
      return !isFree && paymentStatus === 'PAID' ? 'received' : null;
    case 'order.cancelled':
      return !isFree && isPaid(paymentStatus) && paymentStatus !== 'REFUNDED' ? 'to_refund' : null;
    default:
      return null;
  }
}
