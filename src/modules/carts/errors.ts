import { defineErrors } from '../../shared/errors.ts';

export const cartsErrors = defineErrors('carts', {
  empty: [409, 'The cart is empty.', 'Put something into it before checking out.'],
  changed: [
    409,
    'The cart is not what you saw.',
    'It was changed since, perhaps in another window. `cart` is what it holds now: show it, and check out with its version.',
  ],
});
