import assert from 'node:assert/strict';
import type { DeliveryView } from '../../src/modules/webhooks/schemas.ts';
import { type EventReceiver, startEventReceiver } from './event-receiver.ts';
import type { OnEnd } from './on-end.ts';
import type { Session } from './session.ts';

export interface TestEndpoint {
  readonly id: string;
  readonly secret: string;
  readonly receiver: EventReceiver;
  readonly path: string;
  /** Returns its sent and pending deliveries, oldest event first. */
  deliveries(): Promise<DeliveryView[]>;
}

/** Creates an endpoint with its own receiver. */
export async function addEndpoint(
  admin: Session,
  eventTypes: readonly string[] = ['*'],
  onEnd?: OnEnd,
): Promise<TestEndpoint> {
  const receiver = await startEventReceiver(onEnd);
  const reply = await admin.post('/api/webhook-endpoints', { url: receiver.url, eventTypes });
  assert.equal(reply.status, 201, reply.text);
  const { id, secret } = reply.json<{ id: string; secret: string }>();
  receiver.trust(secret);
  const path = `/api/webhook-endpoints/${id}`;
  return { id, secret, receiver, path, deliveries: () => listDeliveries(admin, path) };
}

async function listDeliveries(admin: Session, path: string): Promise<DeliveryView[]> {
  const found: DeliveryView[] = [];
  let cursor = '';
  do {
    const reply = await admin.get(`${path}/deliveries?limit=100${cursor}`);
    assert.equal(reply.status, 200, reply.text);
    const { data, nextCursor } = reply.json<{ data: DeliveryView[]; nextCursor: string | null }>();
    found.push(...data);
    cursor = nextCursor === null ? '' : `&cursor=${encodeURIComponent(nextCursor)}`;
  } while (cursor !== '');
  return found.reverse();
}

/** Creates a product with ample stock. */
export async function addStock(admin: Session, sku: string): Promise<void> {
  const reply = await admin.post('/api/products', {
    sku,
    name: sku,
    price: { amount: 100, currency: 'GBP' },
    onHand: 1_000_000,
  });
  assert.equal(reply.status, 201, reply.text);
}

export async function placeOrder(
  customer: Session,
  sku: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const reply = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] }, headers);
  assert.equal(reply.status, 201, reply.text);
  return reply.json<{ id: string }>().id;
}

/** Causes the rest of four events of one order: placed, confirmed, preparing, ready. */
export async function moveToReady(admin: Session, orderId: string): Promise<void> {
  for (const status of ['CONFIRMED', 'PREPARING', 'READY']) {
    const reply = await admin.patch(`/api/orders/${orderId}/status`, { status });
    assert.equal(reply.status, 200, reply.text);
  }
}
