import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { answerOf, api, type ItemOf, type Money, type ReplyOf } from '../shared/api.ts';
import { useProfile } from '../shared/session.ts';
import { guestCart } from './guest-cart.ts';

export type Product = ItemOf<'listProducts'>;
export type Cart = ReplyOf<'getCart'>;
export type CartItem = Cart['items'][number];

export interface CartAccess {
  readonly items: readonly CartItem[];
  readonly total: Money | null;
  /** How many units lie in it. */
  readonly count: number;
  readonly error: unknown;
  quantityOf(sku: string): number;
  /** 0 takes the product out. */
  setQuantity(product: Pick<Product, 'id' | 'sku' | 'name' | 'price'>, quantity: number): void;
}

/** The cart of who is signed in lies on the server; a guest's in the browser, until they sign in. */
export function useCart(): CartAccess {
  const profile = useProfile();
  const queries = useQueryClient();
  const guest = useSyncExternalStore(guestCart.subscribe, guestCart.read);
  const isCustomer = profile?.role === 'customer';
  const server = useQuery({
    queryKey: ['cart'],
    queryFn: async () => {
      await guestCart.moveToServer();
      return answerOf(api.GET('/api/cart'));
    },
    enabled: isCustomer,
  });
  const change = useMutation({
    mutationKey: ['cart'],
    scope: { id: 'cart' },
    mutationFn: ({ sku, quantity }: { sku: string; quantity: number }) => {
      const params = { path: { sku } };
      return quantity === 0
        ? answerOf(api.DELETE('/api/cart/items/{sku}', { params }))
        : answerOf(api.PUT('/api/cart/items/{sku}', { params, body: { quantity } }));
    },
    onSuccess: (cart) => {
      // Of several quick touches only the last answer is shown, or the numbers would jump back.
      if (queries.isMutating({ mutationKey: ['cart'] }) === 1) queries.setQueryData(['cart'], cart);
    },
    onError: () => queries.invalidateQueries({ queryKey: ['cart'] }),
  });

  const cart: Cart | undefined = isCustomer ? server.data : guest;
  const items = cart?.items ?? [];
  return {
    items,
    total: cart?.total ?? null,
    count: items.reduce((sum, { quantity }) => sum + quantity, 0),
    error: change.error ?? server.error,
    quantityOf: (sku) => items.find((item) => item.sku === sku)?.quantity ?? 0,
    setQuantity(product, quantity) {
      if (!isCustomer) return guestCart.set(product, quantity);
      queries.setQueryData<Cart>(['cart'], (old) => old && changed(old, product, quantity));
      change.mutate({ sku: product.sku, quantity });
    },
  };
}

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
  return { items: kept, total: { amount, currency } };
}
