import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const ordersErrors = defineErrors('orders', {
  notFound: [404, 'There is no such order.', 'It does not exist, or it is not yours.'],
  priceChanged: [
    409,
    'A price is not what you saw.',
    'The list `lines` names each product with the expected and the current price. Show the new total and ask again.',
  ],
  pendingLimit: [
    409,
    'You have too many unpaid orders.',
    'Pay or cancel one of the orders that are still PENDING, or wait until they expire.',
  ],
  cancellationLimit: [
    409,
    'You have cancelled too many orders today.',
    'The number of own cancellations in 24 hours is limited. An unpaid order expires by itself.',
  ],
  notCancellable: [
    409,
    'This order can no longer be cancelled.',
    'It is paid, being prepared or already over. Ask the shop.',
  ],
  illegalTransition: [
    409,
    'The order cannot take this step.',
    '`allowedTransitions` names the steps that you may take from where it is.',
  ],
  versionConflict: [
    409,
    'The order has changed since you read it.',
    '`currentVersion` is the version that it has now. Read it again and decide anew.',
  ],
});

/** Constraints of this room's tables that are answers to a caller. */
export const ordersConstraints: Readonly<Record<string, ErrorDefinition>> = {
  orders_status_step_check: ordersErrors.illegalTransition,
};
