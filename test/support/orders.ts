import assert from 'node:assert/strict';
import type { Database } from '../../src/database/database.ts';
import { createLiveLog } from '../../src/events/index.ts';
import type { RequestContext } from '../../src/http/index.ts';
import {
  createOrders,
  type Orders,
  type OrdersDependencies,
} from '../../src/modules/orders/index.ts';
import type { PlacementContext } from '../../src/modules/orders/placement/place-order.ts';
import type { PlacedOrder } from '../../src/modules/orders/placement/request.ts';
import type { ShownOrder } from '../../src/modules/orders/reading/cached-order.ts';
import type {
  ListOrdersInput,
  OrderView,
  PlaceOrderInput,
} from '../../src/modules/orders/schemas.ts';
import { type Caller, toActor } from '../../src/shared/caller.ts';
import type { CodedError } from '../../src/shared/errors.ts';
import { createCursors, type Page } from '../../src/shared/pagination.ts';
import { createTestTail } from './log.ts';
import { buildClaim, testCause } from './shop.ts';

/** The orders module, except that reads return the parsed text of a reply instead of the reply. */
export interface TestOrders extends Omit<Orders, 'getOrder' | 'getOrders' | 'listOrders'> {
  getOrder(caller: Caller, orderId: string): Promise<OrderView>;
  listOrders(caller: Caller, input: ListOrdersInput): Promise<Page<OrderView>>;
}

/** Creates the orders module with the product's defaults on a test's database. */
export function createTestOrders(
  database: Database,
  changes: Partial<OrdersDependencies> = {},
): TestOrders {
  const orders = createOrders({
    database,
    cursors: createCursors('thirty-two bytes of secret for tests'),
    currency: 'GBP',
    expiryMinutes: 30,
    pendingMax: 5,
    accounts: { signOrderToken: (orderId) => `token of ${orderId}` },
    cancellationsPerDayMax: 3,
    attemptsMax: 8,
    retryBaseSeconds: 1,
    liveLog: createLiveLog({ database, tail: createTestTail(database), onError() {} }),
    ...changes,
  }).api;
  return {
    ...orders,
    getOrder: async (caller, orderId) => parseShown(await orders.getOrder(caller, orderId)),
    async listOrders(caller, input) {
      const { data, nextCursor } = await orders.listOrders(caller, input);
      return { data: data.map(parseShown), nextCursor };
    },
  };
}

export function buildContext(caller: Caller, key?: string, body: unknown = null): RequestContext {
  const claim = key === undefined ? null : buildClaim(caller.id, 'operation', key, body);
  return { caller, actor: toActor(caller), cause: testCause, claim };
}

export function buildPlacementContext(
  caller: Caller,
  key?: string,
  input?: PlaceOrderInput,
  deferred = false,
): PlacementContext {
  return { ...buildContext(caller, key, input), operation: 'placeOrder', deferred };
}

function parseShown({ text }: ShownOrder): OrderView {
  return JSON.parse(text) as OrderView;
}

export function parseView(order: PlacedOrder): OrderView {
  return JSON.parse(order.body) as OrderView;
}

/** For `assert.rejects`: matches a refusal with this code. */
export function coded(code: string) {
  return (error: CodedError) => {
    assert.equal(error.code, code);
    return true;
  };
}

/** Awaits all attempts. Returns the fulfilled values and the codes of the refusals. */
export async function settle<T>(attempts: readonly Promise<T>[]) {
  const settled = await Promise.allSettled(attempts);
  return {
    done: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    refused: settled.flatMap((one) =>
      one.status === 'rejected' ? [(one.reason as CodedError).code ?? String(one.reason)] : [],
    ),
  };
}
