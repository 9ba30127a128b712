import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const cartsErrors = defineErrors('carts', {
  empty: [409, 'The cart is empty.', 'Put something into it before checking out.'],
});

/** None of this room's constraints can be broken by a request: quantities are bounded by the schema. */
export const cartsConstraints: Readonly<Record<string, ErrorDefinition>> = {};
