import { money } from '../../../shared/money.ts';
import { UsageError } from '../../usage-error.ts';
import { skuFromName } from '../import/sku-from-name.ts';
import { type ApiClient, UnexpectedReplyError } from './api-client.ts';
import type { PlannedProduct } from './plan.ts';

interface ProductReply {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly active: boolean;
  readonly price: { readonly amount: number };
  readonly stock: { readonly available: number };
}

interface ReplayProduct {
  readonly id: string;
  readonly sku: string;
  priceMinor: number;
  /** Running orders that need its current price. */
  readonly pendingOrders: Set<Promise<void>>;
}

/** The products on the server with their current prices. */
export interface ReplayProducts {
  getSku(key: string): string;
  /** Sets the price of a product, once no running order needs the current one. */
  ensurePrice(key: string, priceMinor: number): Promise<void>;
  /** Keeps the prices of an order's products until `order` settles, which is when the response has arrived. */
  hold(keys: Iterable<string>, order: Promise<void>): void;
}

export interface ReplayProductsOptions {
  readonly admin: ApiClient;
  readonly currency: string;
  /** Create missing products, and add missing stock. */
  readonly prepare: boolean;
}

/**
 * Prepares the products. Throws `UsageError` if a product is missing, inactive or short of stock and `prepare` is
 * false.
 */
export async function createReplayProducts(
  products: readonly PlannedProduct[],
  options: ReplayProductsOptions,
): Promise<ReplayProducts> {
  const { admin, currency } = options;
  const listed = await listProducts(admin);
  const byName = new Map(listed.map((product) => [product.name, product]));
  const bySku = new Map(listed.map((product) => [product.sku, product]));
  const productsByKey = new Map<string, ReplayProduct>();
  for (const product of products) {
    const found = product.sku === null ? byName.get(product.name) : bySku.get(product.sku);
    const ready = await prepareProduct(product, found, bySku, options);
    bySku.set(ready.sku, ready);
    const { id, sku, price } = ready;
    productsByKey.set(product.key, { id, sku, priceMinor: price.amount, pendingOrders: new Set() });
  }

  return {
    getSku: (key) => productsByKey.get(key)!.sku,
    async ensurePrice(key, priceMinor) {
      const product = productsByKey.get(key)!;
      if (product.priceMinor === priceMinor) return;
      await Promise.all(product.pendingOrders);
      const reply = await admin.request('PATCH', `/api/products/${product.id}`, {
        price: money(priceMinor, currency),
      });
      if (reply.status !== 200)
        throw new UnexpectedReplyError(`The new price of ${product.sku}`, reply);
      product.priceMinor = priceMinor;
    },
    hold(keys, order) {
      const named = [...keys].map((key) => productsByKey.get(key)!.pendingOrders);
      for (const pendingOrders of named) pendingOrders.add(order);
      order.then(() => {
        for (const pendingOrders of named) pendingOrders.delete(order);
      });
    },
  };
}

async function listProducts(admin: ApiClient): Promise<ProductReply[]> {
  const products: ProductReply[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const reply = await admin.request('GET', `/api/products?limit=100${after}`);
    if (reply.status !== 200) throw new UnexpectedReplyError('The list of products', reply);
    const page = reply.body as { data: ProductReply[]; nextCursor: string | null };
    products.push(...page.data);
    cursor = page.nextCursor;
  }
  return products;
}

async function prepareProduct(
  product: PlannedProduct,
  found: ProductReply | undefined,
  bySku: ReadonlyMap<string, ProductReply>,
  { admin, currency, prepare }: ReplayProductsOptions,
): Promise<ProductReply> {
  const short = product.units - (found?.stock.available ?? 0);
  if (found?.active === true && short <= 0) return found;
  if (!prepare) {
    const reason = found?.active === true ? `is ${short} units short` : 'is not on sale';
    throw new UsageError(`"${product.name}" ${reason} on the server: use --prepare.`);
  }
  if (found === undefined) return create(product, bySku, admin, currency);
  const path = `/api/products/${found.id}`;
  if (!found.active) {
    const reply = await admin.request('PATCH', path, { active: true });
    if (reply.status !== 200) throw new UnexpectedReplyError(`Putting ${found.sku} on sale`, reply);
  }
  if (short > 0) {
    const reply = await admin.request('POST', `${path}/stock-adjustments`, {
      delta: short,
      reason: 'Stock for a replay of old orders.',
    });
    if (reply.status !== 201) throw new UnexpectedReplyError(`More stock of ${found.sku}`, reply);
  }
  return found;
}

async function create(
  { name, sku: wanted, priceMinor, units }: PlannedProduct,
  bySku: ReadonlyMap<string, ProductReply>,
  admin: ApiClient,
  currency: string,
): Promise<ProductReply> {
  let sku = wanted ?? skuFromName(name);
  for (let variant = 2; wanted === null && bySku.has(sku); variant += 1) {
    sku = skuFromName(name, variant);
  }
  const reply = await admin.request('POST', '/api/products', {
    sku,
    name,
    price: money(priceMinor, currency),
    onHand: units,
  });
  if (reply.status !== 201) throw new UnexpectedReplyError(`The new product ${sku}`, reply);
  return reply.body as ProductReply;
}
