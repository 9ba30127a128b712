import { api, type ReplyOf, readBody } from '../shared/api.ts';
import { getItemKey, type Item } from './cart-line.ts';

export type ServerCart = ReplyOf<'getCart'>;
export type ServerItem = ServerCart['items'][number];

/** Finds an item in the cart on the server. */
export function findItem(cart: ServerCart | undefined, item: Item): ServerItem | undefined {
  const key = getItemKey(item);
  return cart?.items.find((other) => getItemKey(other) === key);
}

/** The version of the cart that a change expects, if it expects one. */
interface Guard {
  readonly ifVersion?: number;
}

const guarded = ({ ifVersion }: Guard) =>
  ifVersion === undefined ? {} : { header: { 'If-Match': `"${ifVersion}"` } };

const isPlain = ({ modifiers, note }: Item) => modifiers.length === 0 && note === null;

function toBody({ modifiers, note }: Item) {
  const chosen = modifiers.map(({ code, quantity }) => ({ code, quantity }));
  return { modifiers: chosen, ...(note === null ? {} : { note }) };
}

/** Adds units of an item. */
export function addItem(item: Item, quantity: number, guard: Guard = {}): Promise<ServerCart> {
  const body = { sku: item.sku, quantity, ...toBody(item) };
  return readBody(api.POST('/api/cart/items', { params: guarded(guard), body }));
}

/** Sets the quantity of an item; 0 removes it. `cart` is the last one that the server sent. */
export function setQuantity(
  cart: ServerCart | undefined,
  item: Item,
  quantity: number,
  guard: Guard = {},
): Promise<ServerCart> {
  if (isPlain(item)) {
    const params = { path: { sku: item.sku }, ...guarded(guard) };
    return quantity === 0
      ? readBody(api.DELETE('/api/cart/items/{sku}', { params }))
      : readBody(api.PUT('/api/cart/items/{sku}', { params, body: { quantity } }));
  }
  const known = findItem(cart, item);
  if (known === undefined) {
    return quantity === 0 ? readBody(api.GET('/api/cart')) : addItem(item, quantity, guard);
  }
  const params = { path: { sku: known.id }, ...guarded(guard) };
  return quantity === 0
    ? readBody(api.DELETE('/api/cart/items/{sku}', { params }))
    : readBody(api.PATCH('/api/cart/items/{sku}', { params, body: { quantity } }));
}

/** Changes an item into another one of the same dish. */
export function replaceItem(
  cart: ServerCart | undefined,
  replaced: Item,
  item: Item,
  quantity: number,
): Promise<ServerCart> {
  const known = findItem(cart, replaced);
  if (known === undefined) return addItem(item, quantity);
  const { modifiers } = toBody(item);
  return readBody(
    api.PATCH('/api/cart/items/{sku}', {
      params: { path: { sku: known.id } },
      body: { quantity, modifiers, note: item.note },
    }),
  );
}
