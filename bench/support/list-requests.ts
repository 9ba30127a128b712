import type { LoadRequest } from './load-job.ts';
import type { Shop } from './shop.ts';

/** Enough for variety, few enough to list. */
const EACH = 200;
const PAGES_DOWN = 20;

/** Requests for lists of orders, by the kind of list. */
export type ListRequests = Readonly<Record<string, readonly LoadRequest[]>>;

/** Builds the requests. The cursor of the page far down is read from `url`. Orders are numbered from `firstNumber`. */
export async function listRequests(
  url: string,
  shop: Shop,
  adminToken: string,
  firstNumber = 100_001,
): Promise<ListRequests> {
  const staff = (query: string) => get(`/api/orders?${query}`, adminToken);
  const some = (query: (index: number) => string) =>
    Array.from({ length: EACH }, (_, index) => staff(query(index)));
  const skuAt = (index: number) => shop.skus[(index * 37) % shop.skus.length]!;
  return {
    'newest orders': [staff('limit=20')],
    'a page far down': [await deepPage(url, adminToken)],
    "a customer's own": shop.tokens
      .slice(0, EACH)
      .map((token) => get('/api/orders?limit=20', token)),
    "the kitchen's open orders": [staff('limit=20&status=CONFIRMED,PREPARING,READY')],
    'cancelled and refunded': [staff('limit=20&status=CANCELLED&paymentStatus=REFUNDED')],
    'with a SKU': some((index) => `limit=20&sku=${skuAt(index)}`),
    'search: a SKU': some((index) => `limit=20&search=${skuAt(index)}`),
    'search: an order number': some((index) => `limit=20&search=${firstNumber + index * 41}`),
    'search: an e-mail': some((index) => `limit=20&search=customer-${index}@`),
    'search: all match': [staff('limit=20&search=product')],
    'search: nothing matches': some((index) => `limit=20&search=no-such-thing-${index}`),
  };
}

/** Follows the cursors down the list, at most to its end, and returns the request for the page there. */
async function deepPage(url: string, token: string): Promise<LoadRequest> {
  let cursor = '';
  for (let pages = 0; pages < PAGES_DOWN; pages += 1) {
    const { path, headers } = get(`/api/orders?limit=100${cursor}`, token);
    const reply = await fetch(`${url}${path}`, { headers });
    if (!reply.ok) throw new Error(`a list was refused: ${await reply.text()}`);
    const { nextCursor } = (await reply.json()) as { nextCursor: string | null };
    if (nextCursor === null) break;
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
  return get(`/api/orders?limit=20${cursor}`, token);
}

function get(path: string, token: string): LoadRequest {
  return { method: 'GET', path, headers: { authorization: `Bearer ${token}` } };
}
