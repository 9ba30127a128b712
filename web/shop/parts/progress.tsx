import type { Order } from '../../shared/api.ts';

const steps = [
  { status: 'PENDING', label: 'Placed' },
  { status: 'CONFIRMED', label: 'Confirmed' },
  { status: 'PREPARING', label: 'Preparing' },
  { status: 'READY', label: 'Ready' },
] as const;

/** What a completed order is. */
const completedWords: Readonly<Record<Order['fulfilment']['type'], string>> = {
  PICKUP: 'Collected',
  DELIVERY: 'Delivered',
  DINE_IN: 'Served',
  SHIPMENT: 'Shipped',
};

const readyTexts: Readonly<Record<Order['fulfilment']['type'], string>> = {
  PICKUP: 'Please pick it up.',
  DELIVERY: 'It will be on its way to you soon.',
  DINE_IN: 'It will be at your table soon.',
  SHIPMENT: 'It will be shipped soon.',
};

/** Shows the progress of an order. Renders nothing for other statuses, which the headline states. */
export function Progress({ order: { status, fulfilment } }: { order: Order }) {
  const last = { status: 'COMPLETED', label: completedWords[fulfilment.type] } as const;
  const all = [...steps, last];
  const at = all.findIndex((step) => step.status === status);
  if (at < 0) return null;
  return (
    <ol className="progress">
      {all.map(({ status: step, label }, place) => (
        <li
          key={step}
          className={place < at ? 'past' : place === at ? 'now' : 'next'}
          aria-current={place === at ? 'step' : undefined}
        >
          {label}
        </li>
      ))}
    </ol>
  );
}

const words: Readonly<Record<Exclude<Order['status'], 'COMPLETED'>, string>> = {
  QUEUED: 'Being placed',
  PENDING: 'To be paid',
  CONFIRMED: 'Confirmed',
  PREPARING: 'Preparing',
  READY: 'Ready',
  CANCELLED: 'Cancelled',
  FAILED: 'Not placed',
};

/** Returns the status of an order in a word or two. */
export function formatStatus({ status, fulfilment }: Order): string {
  return status === 'COMPLETED' ? completedWords[fulfilment.type] : words[status];
}

interface Headline {
  readonly title: string;
  readonly text: string;
}

const cancelTexts: Readonly<Record<string, string>> = {
  CUSTOMER: 'You cancelled it.',
  ADMIN: 'The shop cancelled it.',
  EXPIRED: 'It was not paid in time.',
  PAYMENT_FAILED: 'The payment did not go through in time.',
};

/** Builds the headline, which states what the customer wants to know first. */
export function buildHeadline(order: Order): Headline {
  switch (order.status) {
    case 'QUEUED':
      return { title: 'We are placing your order', text: 'This takes a moment.' };
    case 'PENDING':
      return order.paymentStatus === 'FAILED'
        ? { title: 'Not paid yet', text: 'We are holding your order.' }
        : { title: 'Waiting for your payment', text: 'We are holding your order.' };
    case 'CONFIRMED':
      return { title: 'Thank you, we have it', text: 'The kitchen will start soon.' };
    case 'PREPARING':
      return { title: 'Your order is being prepared', text: 'This page updates when it is ready.' };
    case 'READY':
      return { title: 'Your order is ready', text: readyTexts[order.fulfilment.type] };
    case 'COMPLETED':
      return { title: 'Enjoy!', text: 'This order is complete.' };
    case 'CANCELLED':
      return {
        title: 'This order was cancelled',
        text: `${cancelText(order)}${refundText(order)}`,
      };
    case 'FAILED':
      return {
        title: 'We could not place this order',
        text: order.failure?.detail ?? 'Please try again.',
      };
    default:
      return { title: order.status, text: '' };
  }
}

function cancelText({ cancelReason }: Order): string {
  return cancelTexts[cancelReason ?? ''] ?? 'It will not be prepared.';
}

function refundText({ paymentStatus }: Order): string {
  if (paymentStatus === 'REFUNDED') return ' Your money has been sent back.';
  if (paymentStatus === 'PAID') return ' Your money is on its way back.';
  return '';
}
