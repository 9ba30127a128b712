import type { Order } from '../../shared/api.ts';

const steps = [
  { status: 'PENDING', label: 'Placed' },
  { status: 'CONFIRMED', label: 'Confirmed' },
  { status: 'PREPARING', label: 'Preparing' },
  { status: 'READY', label: 'Ready' },
  { status: 'COMPLETED', label: 'Collected' },
] as const;

/** Shows the progress of an order. Renders nothing for other statuses, which the headline states. */
export function Progress({ status }: { status: Order['status'] }) {
  const at = steps.findIndex((step) => step.status === status);
  if (at < 0) return null;
  return (
    <ol className="progress">
      {steps.map(({ status: step, label }, place) => (
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

const words: Readonly<Record<Order['status'], string>> = {
  QUEUED: 'Being placed',
  PENDING: 'To be paid',
  CONFIRMED: 'Confirmed',
  PREPARING: 'Preparing',
  READY: 'Ready',
  COMPLETED: 'Collected',
  CANCELLED: 'Cancelled',
  FAILED: 'Not placed',
};

/** Returns the status of an order in a word or two. */
export function formatStatus({ status }: Order): string {
  return words[status];
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
      return { title: 'Your order is ready', text: 'Please pick it up.' };
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
