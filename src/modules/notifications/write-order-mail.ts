import { isolateDirection } from '../../shared/isolate-direction.ts';
import type { OrderContent } from '../orders/index.ts';
import { formatAmount } from './format-amount.ts';
import { buildGreeting, type MailContent, type MailOrder, toOneLine } from './mail-content.ts';
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
};

/** What a text is written from. Only `facts` may change after the mail was sent, so they are those recorded with it. */
interface Written extends OrderMailSource {
  readonly facts: Omit<MailFacts, 'recipient'>;
}

/** Writes the mail that informs a customer of an event of an order. */
export type WriteOrderMail = (
  kind: OrderMailKind,
  facts: Written['facts'],
  source: OrderMailSource,
  publicUrl: string,
) => MailContent;

/** Creates the writer of such mails. `describeOrder` writes what the order contains and costs. */
export function createOrderMailWriter(
  describeOrder: (content: OrderContent) => MailOrder,
): WriteOrderMail {
  return (kind, facts, source, publicUrl) => ({
    subject: subjects[kind](source.order.number),
    greeting: buildGreeting(facts.greetedName),
    paragraphs: sentences[kind]({ ...source, facts }).filter((sentence) => sentence !== ''),
    order: describeOrder(source),
    link: { label: 'See your orders', url: `${publicUrl}/shop` },
  });
}

const sentences: Readonly<Record<OrderMailKind, (written: Written) => string[]>> = {
  'order.placed': ({ order, facts }) => [
    `Thank you for your order ${order.number}.`,
    facts.paymentNote === 'due' ? buildPaymentDeadline(facts.payByMs) : '',
  ],
  'order.confirmed': ({ order, facts }) => [
    `Your order ${order.number} is confirmed.`,
    buildPaidSentence(order, facts),
  ],
  'order.ready': ({ order }) => [`Your order ${order.number} is ready.`],
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
};

const refundCauses: Readonly<Record<Exclude<RefundMailData['cause'], 'admin'>, string>> = {
  cancelled: 'The order was cancelled.',
  late: 'The payment arrived after the order had ended.',
  surplus: 'The order was already paid.',
  flagged: 'The payment did not match the order.',
  provider: '',
};

function buildPaymentDeadline(payByMs: number | null): string {
  if (payByMs === null) return 'It will be confirmed once it is paid.';
  return `Please pay for it by ${dateTime(new Date(payByMs))}. After that it will be cancelled.`;
}

function buildPaidSentence(
  { totalMinor, currency }: OrderContent['order'],
  { paymentNote }: Written['facts'],
): string {
  if (totalMinor === 0) return 'There is nothing to pay.';
  return paymentNote === 'received'
    ? `We have received your payment of ${formatAmount(totalMinor, currency)}.`
    : '';
}

function buildCancelledSentences({ number, cancelReason }: OrderContent['order']): string {
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

const months =
  'January February March April May June July August September October November December'.split(
    ' ',
  );

/** Returns a text such as `4 July 2026 at 09:05 UTC`. The customer's time zone is unknown. */
function dateTime(at: Date): string {
  const time = at.toISOString().slice(11, 16);
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()} at ${time} UTC`;
}
