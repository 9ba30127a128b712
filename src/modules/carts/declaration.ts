import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration } from '../module.ts';
import { buyingLimit } from '../orders/index.ts';
import { codesLimit } from '../pricing/index.ts';
import { cartsErrors } from './errors.ts';

const customers: Access = { roles: ['customer'] };

export const cartsDeclaration = {
  name: 'carts',
  errors: cartsErrors,
  access: {
    getCart: customers,
    updateCart: customers,
    addCartItem: customers,
    setCartItem: customers,
    updateCartItem: customers,
    removeCartItem: customers,
    clearCart: customers,
    checkOut: customers,
  },
  limits: { updateCart: [codesLimit], checkOut: [buyingLimit, codesLimit] },
  tags: [
    { name: 'Cart', description: 'What a customer intends to order, and checkout.', place: 30 },
  ],
} as const satisfies ModuleDeclaration;
