import { Badge, type MantineColor } from '@mantine/core';
import type { Order, Payment } from '../../shared/api.ts';

const colours: Readonly<Record<string, MantineColor>> = {
  QUEUED: 'gray',
  PENDING: 'yellow',
  CONFIRMED: 'blue',
  PREPARING: 'indigo',
  READY: 'teal',
  COMPLETED: 'gray',
  CANCELLED: 'red',
  FAILED: 'red',
  UNPAID: 'gray',
  PAID: 'teal',
  PARTIALLY_REFUNDED: 'orange',
  REFUNDED: 'orange',
  OPEN: 'yellow',
  CAPTURED: 'teal',
  EXPIRED: 'gray',
  FLAGGED: 'red',
};

type Status = Order['status'] | Order['paymentStatus'] | Payment['status'];

/** Shows a status. The word carries the meaning; the colour only helps. */
export function StatusBadge({ status }: { status: Status }) {
  return (
    <Badge variant="light" color={colours[status] ?? 'gray'}>
      {formatStatus(status)}
    </Badge>
  );
}

/** Formats a code for people: `PARTIALLY_REFUNDED` becomes `Partially refunded`. */
export function formatStatus(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
