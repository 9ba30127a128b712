import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const ordersErrors = defineErrors('orders', {
  notFound: [404, 'There is no such order.', 'It does not exist, or it is not yours.'],
  priceChanged: [
    409,
    'A price has changed.',
    '`lines` lists each product with the expected and the current price. Show the new total and ask the customer again.',
  ],
  shopClosed: [
    409,
    'The shop is closed.',
    '`opensAt` is when it opens again. Until then it takes orders for a time at which it is open.',
  ],
  shopPaused: [
    409,
    'The shop takes no orders at the moment.',
    '`until` is when it takes orders again; null: it is not known yet.',
  ],
  pendingLimit: [
    409,
    'You have too many unpaid orders.',
    'Pay or cancel one of your PENDING orders, or wait until they expire.',
  ],
  heldLimit: [
    409,
    'This would be too much in unpaid orders.',
    'What a customer can order before they have paid is limited, and so is what all customers at one network address can order together (`holder`). `limit`, `held` and `requested` are units, or amounts of money. Pay or cancel one of your PENDING orders, or order less.',
  ],
  cancellationLimit: [
    409,
    'You have cancelled too many orders today.',
    'The number of orders that you may cancel in 24 hours is limited. An unpaid order expires automatically.',
  ],
  notCancellable: [
    409,
    'This order can no longer be cancelled.',
    'It is paid, being prepared, completed or cancelled. Ask the shop.',
  ],
  illegalTransition: [
    409,
    'This status change is not allowed.',
    '`allowedTransitions` lists the statuses that you may set now.',
  ],
  versionConflict: [
    409,
    'The order has changed since you read it.',
    '`currentVersion` is its current version. Read it again before you retry.',
  ],
});

/** Constraints of this module's tables whose violation is reported to the caller. */
export const ordersConstraints: Readonly<Record<string, ErrorDefinition>> = {
  orders_status_step_check: ordersErrors.illegalTransition,
};
