/** Carts: what a customer intends to order. Owns the cart lines; checkout passes them to the placement of orders. */
export { createCarts } from './create-carts.ts';
export { cartsDeclaration } from './declaration.ts';
