import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration, OperationLimit } from '../module.ts';
import { codesLimit } from '../pricing/index.ts';
import { ordersConstraints, ordersErrors } from './errors.ts';

const placers = { roles: ['customer', 'admin'], scopes: ['orders:write'] } as const;
const readers = { roles: ['customer', 'kitchen', 'admin'], scopes: ['orders:read'] } as const;
const readersOfOne: Access = { ...readers, guests: true };

/**
 * The limit on buying. It counts responses with an effect (201, or 202 for a later one) and refusals because of the
 * current state (409). Repeats had their effect before, and invalid input has none.
 */
export const buyingLimit: OperationLimit = {
  limit: 'checkout',
  counts: ({ status, replayed }) =>
    !replayed && (status === 201 || status === 202 || status === 409),
};

/** The same limit on what an owner changes, since each change is logged and mailed. Staff are exempt. */
const changesLimit: OperationLimit = {
  limit: 'checkout',
  counts: ({ status, replayed }) => !replayed && status === 200,
};

export const ordersDeclaration = {
  name: 'orders',
  errors: ordersErrors,
  constraints: ordersConstraints,
  access: {
    placeOrder: { ...placers, strangers: true },
    quoteOrder: 'anyone',
    listOrders: readers,
    getOrder: readersOfOne,
    getOrderHistory: readersOfOne,
    streamOrder: readersOfOne,
    streamEvents: { roles: ['kitchen', 'admin'], scopes: ['orders:read'] },
    changeFulfilment: {
      roles: ['customer', 'kitchen', 'admin'],
      scopes: ['orders:write'],
      guests: true,
    },
    changeOrderStatus: { roles: ['kitchen', 'admin'], scopes: ['orders:status'] },
    cancelOrder: { ...placers, guests: true },
  },
  limits: {
    placeOrder: [buyingLimit, codesLimit],
    quoteOrder: [codesLimit],
    changeFulfilment: [changesLimit],
  },
  tags: [
    {
      name: 'Orders',
      description: 'Placing orders and changing their status.',
      place: 40,
    },
  ],
} as const satisfies ModuleDeclaration;
