import { isolateDirection } from '../../shared/isolate-direction.ts';
import { formatAmount } from './format-amount.ts';
import {
  buildGreeting,
  type MailContent,
  type MailOrder,
  type TextSettings,
  toOneLine,
} from './mail-content.ts';
import type { MailFacts } from './mail-facts.ts';
import type { OrderMailKind } from './mail-kind.ts';
import type { OrderMailSource, RefundMailData } from './order-mail-source.ts';

const subjects: Readonly<Record<OrderMailKind, (number: string) => string>> = {
  'order.placed': (number) => `We have your order ${number}`,
  'order.confirmed': (number) => `Your order ${number} is confirmed`,
  'order.ready': (number) => `Your order ${number} is ready`,
  'order.cancelled': (number) => `Your order ${number} was cancelled`,
  'order.failed': (number) => `Your order ${number} could not be placed`,
  'payment.refunded': (number) => `A refund for your order ${number}`,
  'order.rescheduled': (number) => `Your order ${number} has a new time`,
  'order.readdressed': (number) => `Your order ${number} was changed`,
};

/** A mail about an order, without what all mails have in common. */
export interface OrderMail {
  readonly kind: OrderMailKind;
  /** Only they may change after the mail was sent, so they are those recorded with it. */
  readonly facts: Omit<MailFacts, 'recipient'>;
  readonly source: OrderMailSource;
  /** The token for a guest's link; null if the mail goes to an account, or is only shown. */
  readonly orderToken: string | null;
}

/** What differs between the revisions of the texts. */
export interface OrderMailParts {
  /** Writes what the order contains and costs. */
  readonly describeOrder: (mail: OrderMail, settings: TextSettings) => MailOrder;
  readonly formatDeadline: (at: Date, mail: OrderMail, settings: TextSettings) => string;
  readonly buildReadySentence: (order: OrderMailSource['order']) => string;
  readonly buildLink: (mail: OrderMail, settings: TextSettings) => MailContent['link'];
}

/** Creates the writer of the mails that inform a customer of an event of an order. */
export function createOrderMailWriter(parts: OrderMailParts) {
  return (mail: OrderMail, settings: TextSettings): MailContent => {
    const { kind, facts, source } = mail;
    const written: Written = {
      ...source,
      facts,
      readySentence: parts.buildReadySentence(source.order),
      formatDeadline: (at) => parts.formatDeadline(at, mail, settings),
    };
    return {
      subject: subjects[kind](source.order.number),
      greeting: buildGreeting(facts.greetedName),
      paragraphs: sentences[kind](written).filter((sentence) => sentence !== ''),
      order: parts.describeOrder(mail, settings),
      link: parts.buildLink(mail, settings),
    };
  };
}

/** What the sentences are written from. */
interface Written extends OrderMailSource {
  readonly facts: OrderMail['facts'];
  readonly readySentence: string;
  readonly formatDeadline: (at: Date) => string;
}

const sentences: Readonly<Record<OrderMailKind, (written: Written) => string[]>> = {
  'order.placed': ({ order, facts, formatDeadline }) => [
    `Thank you for your order ${order.number}.`,
    facts.paymentNote === 'due' ? buildPaymentDeadline(facts.payByMs, formatDeadline) : '',
  ],
  'order.confirmed': ({ order, facts }) => [
    `Your order ${order.number} is confirmed.`,
    buildPaidSentence(order, facts),
  ],
  'order.ready': ({ readySentence }) => [readySentence],
  'order.cancelled': ({ order, reason, facts }) => [
    buildCancelledSentences(order),
    order.cancelReason === 'ADMIN' ? reasonSentence(reason) : '',
    facts.paymentNote === 'to_refund' ? 'Your payment will be refunded.' : '',
  ],
  'order.failed': ({ order }) => [
    `We could not place your order ${order.number}. Nothing was charged.`,
    toOneLine(order.failureDetail ?? ''),
  ],
  'payment.refunded': ({ order, reason, refund }) =>
    refund === null
      ? []
      : [
          `We have returned ${formatAmount(refund.amountMinor, refund.currency)} for your order ${order.number}.`,
          refund.cause === 'admin' ? reasonSentence(reason) : refundCauses[refund.cause],
          'It can take a few days to appear on your statement.',
        ],
  'order.rescheduled': ({ order }) => [`The time of your order ${order.number} has changed.`],
  'order.readdressed': ({ order }) => [
    `Your order ${order.number} was changed. Please check its details.`,
  ],
};

const refundCauses: Readonly<Record<Exclude<RefundMailData['cause'], 'admin'>, string>> = {
  cancelled: 'The order was cancelled.',
  late: 'The payment arrived after the order had ended.',
  surplus: 'The order was already paid.',
  flagged: 'The payment did not match the order.',
  provider: '',
};

function buildPaymentDeadline(
  payByMs: number | null,
  formatDeadline: Written['formatDeadline'],
): string {
  if (payByMs === null) return 'It will be confirmed once it is paid.';
  return `Please pay for it by ${formatDeadline(new Date(payByMs))}. After that it will be cancelled.`;
}

function buildPaidSentence(
  { totalMinor, currency }: OrderMailSource['order'],
  { paymentNote }: Written['facts'],
): string {
  if (totalMinor === 0) return 'There is nothing to pay.';
  return paymentNote === 'received'
    ? `We have received your payment of ${formatAmount(totalMinor, currency)}.`
    : '';
}

function buildCancelledSentences({ number, cancelReason }: OrderMailSource['order']): string {
  switch (cancelReason) {
    case 'CUSTOMER':
      return `Your order ${number} was cancelled, as you requested.`;
    case 'EXPIRED':
      return `Your order ${number} was cancelled, because it was not paid in time.`;
    case 'PAYMENT_FAILED':
      return `Your order ${number} was cancelled, because its payment did not succeed in time.`;
    default:
      return `We had to cancel your order ${number}.`;
  }
}

function reasonSentence(reason: string | null): string {
  const text = toOneLine(reason ?? '');
  return text === '' ? '' : `The reason: ${isolateDirection(text)}`;
}
