import { defineErrors } from '../../shared/errors.ts';

export const cartsErrors = defineErrors('carts', {
  empty: [409, 'The cart is empty.', 'Add a product before checking out.'],
  changed: [
    409,
    'The cart has changed.',
    'It was changed since you read it, perhaps in another window. `cart` is its current content: show it, and check out with its version.',
  ],
  itemNotFound: [
    404,
    'There is no such item in the cart.',
    'It was removed, merged with an equal item or ordered. Read the cart again.',
  ],
});
