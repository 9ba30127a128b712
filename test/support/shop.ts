import type { Database } from '../../src/database/database.ts';
import type { Claim } from '../../src/database/idempotency.ts';
import {
  type ApiKeyCaller,
  type Author,
  type Role,
  systemActor,
  type UserCaller,
} from '../../src/shared/caller.ts';
import { canonicalJson, sha256 } from '../../src/shared/canonical-json.ts';
import { newId } from '../../src/shared/ids.ts';

/** Rows for tests of a module, written directly to the tables, and callers that need no sign-in. */

export interface AddedUser {
  readonly role?: Role;
  readonly vip?: boolean;
  /** Default true. False also before the migration that added the column. */
  readonly emailVerified?: boolean;
}

export async function addUser(
  database: Database,
  { role = 'customer', vip = false, emailVerified = true }: AddedUser = {},
): Promise<UserCaller> {
  const id = newId();
  await database.run(
    'test.add_user',
    `insert into users (id, email, email_key, name, password_hash, role, vip)
     values ($1::uuid, $1::text || '@example.com', $1::text || '@example.com', 'Test', 'none', $2::text, $3::boolean)`,
    [id, role, vip],
  );
  if (emailVerified) {
    const verify = 'update users set email_verified_at = now() where id = $1::uuid';
    await database.run('test.verify_user', verify, [id]);
  }
  return { kind: 'user', id, role, vip, familyId: newId() };
}

export interface TestProduct {
  readonly id: string;
  readonly sku: string;
}

let products = 0;

export async function addProduct(
  database: Database,
  {
    priceMinor = 250,
    onHand = 10,
    sku = '',
  }: { priceMinor?: number; onHand?: number; sku?: string } = {},
): Promise<TestProduct> {
  products += 1;
  const product = { id: newId(), sku: sku === '' ? `SKU-${products}` : sku };
  await database.transaction(async (tx) => {
    await tx.run(
      'test.add_product',
      `insert into products (id, sku, name, price_minor, currency)
       values ($1::uuid, $2::text, 'Product ' || $2::text, $3::bigint, 'GBP')`,
      [product.id, product.sku, priceMinor],
    );
    await tx.run(
      'test.add_stock',
      'insert into stock (product_id, on_hand) values ($1::uuid, $2::bigint)',
      [product.id, onHand],
    );
    if (onHand > 0) {
      await tx.run(
        'test.add_movement',
        `insert into stock_movements (id, product_id, kind, delta, reason, on_hand, reserved, actor_type)
         values ($1::uuid, $2::uuid, 'initial', $3::bigint, 'Opening stock', $3::bigint, 0, 'system')`,
        [newId(), product.id, onHand],
      );
    }
  });
  return product;
}

/** Offers every type of fulfilment. */
export async function offerEveryType(database: Database): Promise<void> {
  await database.run(
    'test.offer_every_type',
    `update shop_settings set fulfilment_types = '{PICKUP,DELIVERY,DINE_IN,SHIPMENT}'`,
    [],
  );
}

export interface StockLevel {
  readonly onHand: number;
  readonly reserved: number;
}

export async function findStock(database: Database, productId: string): Promise<StockLevel> {
  const [level] = await database.run<StockLevel>(
    'test.stock_of',
    'select on_hand as "onHand", reserved from stock where product_id = $1::uuid',
    [productId],
  );
  return level!;
}

export function apiKey(...scopes: ApiKeyCaller['scopes']): ApiKeyCaller {
  return { kind: 'api_key', id: newId(), scopes };
}

/** Builds a claim as the HTTP shell does from an Idempotency-Key. */
export function buildClaim(callerId: string, operation: string, key: string, body: unknown): Claim {
  return {
    scopeHash: sha256(callerId, operation, key),
    requestHash: sha256(canonicalJson(body)),
    key,
    callerId,
    operation,
  };
}

export const testCause = { requestId: 'test', traceId: null };

export const testAuthor: Author = { actor: systemActor, cause: testCause };
