import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration, OperationLimit } from '../module.ts';
import { ordersConstraints, ordersErrors } from './errors.ts';

const placers: Access = { roles: ['customer', 'admin'], scopes: ['orders:write'] };
const readers: Access = { roles: ['customer', 'kitchen', 'admin'], scopes: ['orders:read'] };

/**
 * The limit of what buys: what had an effect (201, or 202 for one that will have) and what the state refused. A repeat
 * had its effect before, and refused input none.
 */
export const buyingLimit: OperationLimit = {
  limit: 'checkout',
  counts: ({ status, replayed }) =>
    !replayed && (status === 201 || status === 202 || status === 409),
};

export const ordersDeclaration = {
  name: 'orders',
  errors: ordersErrors,
  constraints: ordersConstraints,
  access: {
    placeOrder: placers,
    quoteOrder: 'anyone',
    listOrders: readers,
    getOrder: readers,
    getOrderHistory: readers,
    streamOrder: readers,
    streamEvents: { roles: ['kitchen', 'admin'], scopes: ['orders:read'] },
    changeOrderStatus: { roles: ['kitchen', 'admin'], scopes: ['orders:status'] },
    cancelOrder: placers,
  },
  limits: { placeOrder: buyingLimit },
  tags: [
    {
      name: 'Orders',
      description: 'Placing orders and moving them through their life.',
      place: 40,
    },
  ],
} as const satisfies ModuleDeclaration;
