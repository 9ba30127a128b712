import { pause } from '../../src/shared/pause.ts';
import type { KeepAliveClient } from './keep-alive-client.ts';

const CONFIRMED_WITHIN_MS = 10_000;

/** Runs a call and measures it under a name. */
export type Timed = <T>(what: string, work: () => Promise<T>) => Promise<T>;

export interface CheckOutOptions {
  /** The time between two looks at the status. */
  readonly pollMs: number;
  /** Default: no call is measured on its own. */
  readonly timed?: Timed;
}

/** Takes one order from the cart to CONFIRMED. Throws at an unexpected reply. */
export async function checkOut(
  client: KeepAliveClient,
  sku: string,
  { pollMs, timed = (_what, work) => work() }: CheckOutOptions,
): Promise<void> {
  await timed('a cart item', () => send(client, 'PUT', `/api/cart/items/${sku}`, { quantity: 1 }));
  const order = await timed('the checkout of a cart', () =>
    send(client, 'POST', '/api/cart/checkout', {}),
  );
  const { checkoutUrl } = await timed('a payment initiated', () =>
    send(client, 'POST', '/api/payments/initiate', { orderId: order.id }),
  );
  const session = new URL(String(checkoutUrl)).pathname.split('/').at(-1);
  await send(client, 'POST', `/sandbox/sessions/${session}/actions`, { action: 'pay' });
  const deadline = performance.now() + CONFIRMED_WITHIN_MS;
  for (;;) {
    const { status } = await send(client, 'GET', `/api/orders/${order.id}`);
    if (status === 'CONFIRMED') return;
    if (performance.now() > deadline) throw new Error(`order ${order.id} stayed ${status}`);
    await pause(pollMs);
  }
}

/** Sends a request and returns the parsed body. Throws if the reply is not a 2xx. */
export async function send(
  client: KeepAliveClient,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const reply = await client.send(method, path, text);
  if (reply.status >= 200 && reply.status < 300) return JSON.parse(reply.body);
  throw new Error(`${method} ${path}: ${reply.status} ${reply.body}`);
}
