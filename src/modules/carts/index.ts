/**
 * Carts: what a customer means to order. Owns the cart lines; checkout hands them to the placement of orders.
 */
export { createCarts } from './create-carts.ts';
export { cartsDeclaration } from './declaration.ts';
