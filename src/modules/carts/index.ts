/**
 * Carts: what a customer means to order. Owns the cart lines; checkout hands them to the placement of orders.
 */
export { type Carts, type CartsDeps, createCarts } from './create-carts.ts';
export { cartsConstraints, cartsErrors } from './errors.ts';
export { registerCartsRoutes } from './routes.ts';
