import type { ItemOf, ReplyOf } from '../shared/api.ts';

export type Product = ItemOf<'listProducts'>;
export type Cart = ReplyOf<'getCart'>;
export type CartItem = Cart['items'][number];

/** The cart as it will be, shown until the server has answered. */
export function changed(
  cart: Cart,
  product: Pick<Product, 'id' | 'sku' | 'name' | 'price'>,
  quantity: number,
): Cart {
  const { currency } = product.price;
  const known = cart.items.find(({ sku }) => sku === product.sku);
  const item: CartItem = {
    available: quantity,
    ...known,
    sku: product.sku,
    productId: product.id,
    name: product.name,
    quantity,
    unitPrice: product.price,
    total: { amount: product.price.amount * quantity, currency },
  };
  const items = known
    ? cart.items.map((other) => (other === known ? item : other))
    : [...cart.items, item];
  const kept = items.filter((other) => other.quantity > 0);
  const amount = kept.reduce((sum, { total }) => sum + total.amount, 0);
  return { ...cart, items: kept, total: { amount, currency } };
}
