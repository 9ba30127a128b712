import type { Order } from '../../shared/api.ts';

export interface Column {
  readonly status: Order['status'];
  readonly title: string;
  /** The status to which one tap moves an order. */
  readonly next: 'CONFIRMED' | 'PREPARING' | 'READY' | 'COMPLETED';
  /** The label of the button. */
  readonly action: string;
}

/** The board from left to right. */
export const columns: readonly Column[] = [
  {
    status: 'PENDING',
    title: 'To be paid',
    next: 'CONFIRMED',
    action: 'Paid at the counter',
  },
  { status: 'CONFIRMED', title: 'To make', next: 'PREPARING', action: 'Start' },
  { status: 'PREPARING', title: 'Being made', next: 'READY', action: 'Ready' },
  { status: 'READY', title: 'Ready', next: 'COMPLETED', action: 'Handed over' },
];
