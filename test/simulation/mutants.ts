/** A change of one place in the product that breaks a promise. */
export interface Mutant {
  readonly name: string;
  /** From the project's folder. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly from: string;
  readonly to: string;
}

/** The simulation must find each of them. A test runs them, and fails if one of these places no longer exists. */
export const mutants: readonly Mutant[] = [
  {
    name: 'a second charge pays the order again',
    file: 'src/modules/payments/ledger/decide-capture.ts',
    from: "if (isPaid(order.paymentStatus)) return { kind: 'surplus' };",
    to: '',
  },
  {
    name: 'a charge of another amount pays the order',
    file: 'src/modules/payments/ledger/decide-capture.ts',
    from: 'capture.amountMinor !== payment.amountMinor',
    to: 'false',
  },
  {
    name: 'a failed refund keeps the money allocated',
    file: 'src/modules/payments/ledger/apply-refund.ts',
    from: "if (state === 'FAILED') await changeRefundAllocated(tx, capture.id, -refund.amountMinor);",
    to: '',
  },
  {
    name: 'an order that is refunded in full counts as paid in part',
    file: 'src/modules/payments/ledger/decide-refund.ts',
    from: 'returnedMinor < capturedMinor',
    to: 'returnedMinor <= capturedMinor',
  },
  {
    name: 'a refund that is reported before its charge is forgotten',
    file: 'src/modules/payments/inbox/inbox.ts',
    from: "if (await postponeEarly(tx, deps, locked, result)) return 'retried';",
    to: '',
  },
  {
    name: 'a paid order expires',
    file: 'src/modules/orders/order.ts',
    from: "return status === 'PENDING' && !isPaid(paymentStatus);",
    to: "return status === 'PENDING';",
  },
  {
    name: 'a customer cancels what is paid',
    file: 'src/modules/orders/order-status.ts',
    from: "(order.status === 'PENDING' && !isPaid(order.paymentStatus))",
    to: "order.status === 'PENDING'",
  },
  {
    name: 'an order that never held stock releases it',
    file: 'src/modules/orders/writing/stock-effects.ts',
    from: 'const held = from !== null && holdsStock(from);',
    to: 'const held = from !== null;',
  },
  {
    name: 'a queued order that is placed reserves nothing',
    file: 'src/modules/orders/writing/plan-queued.ts',
    from: "stockEffect: 'reserve',",
    to: 'stockEffect: null,',
  },
  {
    name: 'an order that is reopened gets no units back',
    file: 'src/modules/orders/writing/stock-effects.ts',
    from: "return 'return';",
    to: "return 'reserve';",
  },
  {
    name: 'a cancelled order keeps its place in a slot',
    file: 'src/modules/orders/writing/slot-effects.ts',
    from: 'holdsSlot(to)) return null;',
    to: 'true) return null;',
  },
  {
    name: 'an order that moves gets no place at its new time',
    file: 'src/modules/orders/changes/reschedule.ts',
    from: 'to: promisedFor!, slotStart };',
    to: 'to: promisedFor!, slotStart: null };',
  },
  {
    name: 'a cancelled order keeps its use of a discount',
    file: 'src/modules/orders/writing/use-effects.ts',
    from: 'if (counted === counts) return null;',
    to: 'if (counted === counts || !counts) return null;',
  },
  {
    name: 'a repeated placement places a second order',
    file: 'src/modules/orders/placement/keys.ts',
    from: 'keys.push(buildKey(scopeHash, requestHash, false));',
    to: 'void requestHash;',
  },
  {
    name: 'a repeated request is done again',
    file: 'src/database/idempotency.ts',
    from: 'if (claim === null) return { result: await work(tx), replayed: false };',
    to: 'return { result: await work(tx), replayed: false };',
  },
  {
    name: 'a customer has one unpaid order too many',
    file: 'src/modules/orders/placement/buyer.ts',
    from: '.orders >= max',
    to: '.orders > max',
  },
  {
    name: 'a bill does not add up',
    file: 'src/modules/pricing/build-bill.ts',
    from: 'let totalMinor = discounted.subtotalMinor + tipMinor;',
    to: 'let totalMinor = Math.max(0, discounted.subtotalMinor - 1) + tipMinor;',
  },
  {
    name: 'a reader skips events that are committed late',
    file: 'src/events/settle-batch.ts',
    from: 'if (position !== last + 1 && position - 1 > settledUpTo) break;',
    to: '',
  },
  {
    name: 'a delivery that was answered is sent again',
    file: 'src/modules/webhooks/deliver.ts',
    from: 'answer.status >= 200 && answer.status < 300',
    to: 'answer.status > 200 && answer.status < 300',
  },
  {
    name: 'a delivery is sent before an earlier one of its order',
    file: 'src/modules/webhooks/delivery-queues.ts',
    from: 'return orderId ?? eventId;',
    to: 'return eventId;',
  },
  // What the database does not do. The product relies on it, so these places are in the store of the simulation.
  {
    name: 'who changes an order does not lock it',
    file: 'test/simulation/statements/orders.ts',
    from: "'orders.lock': (tx, id: string) => [tx.lockRow('orders', id) ?? []].flat(),",
    to: "'orders.lock': (tx, id: string) => [tx.get('orders', id) ?? []].flat(),",
  },
  {
    name: 'more units may be reserved than there are',
    file: 'test/simulation/statements/goods.ts',
    from: "stock.reserved <= stock.onHand, 'stock_reserved_check'",
    to: "true, 'stock_reserved_check'",
  },
  {
    name: 'a slot may take more orders than it has places',
    file: 'test/simulation/statements/goods.ts',
    from: 'slotOrdersMax === 0 || places <= slotOrdersMax',
    to: 'true',
  },
  {
    name: 'a discount may be used more often than its limit',
    file: 'test/simulation/statements/goods.ts',
    from: 'discount.usesMax === null || uses <= discount.usesMax',
    to: 'true',
  },
];
