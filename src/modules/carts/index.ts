/** Carts: what a customer intends to order. Owns the carts and their items; checkout passes them to the placement of orders. */
export { createCarts } from './create-carts.ts';
export { cartsDeclaration } from './declaration.ts';
