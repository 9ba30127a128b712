import type { OrderMailSource } from './order-mail-source.ts';

/**
 * Returns what a mail is written from without the text that the customer typed: notes, address, contact, instructions and
 * table. What the shop named and priced remains.
 */
export function withoutOwnWords(source: OrderMailSource): OrderMailSource {
  const { order, lines } = source;
  const { fulfilment } = order;
  return {
    ...source,
    order: {
      ...order,
      note: null,
      shippingAddress: null,
      fulfilment: fulfilment && {
        type: fulfilment.type,
        ...(fulfilment.requestedFor === undefined ? {} : { requestedFor: fulfilment.requestedFor }),
      },
    },
    lines: lines.map((line) => ({ ...line, note: null })),
  };
}
