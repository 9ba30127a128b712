import { newId } from '../../../src/shared/ids.ts';
import { pause } from '../../../src/shared/pause.ts';
import { readOutcome } from '../history.ts';
import type { Answer, Call, Courier } from './courier.ts';
import { type Act, type Intent, kitchenStatuses, type Result } from './history.ts';

/** What the clients of a stretch share. */
export interface World {
  readonly random: () => number;
  /** Picks a customer and returns headers that sign them in. */
  readonly pickCustomer: () => { readonly id: string; readonly headers: Headers };
  readonly staff: () => Headers;
  readonly skus: readonly string[];
  readonly codes: readonly string[];
  /** The beginnings of slots. */
  readonly slots: readonly string[];
  readonly history: Intent[];
  /** Sentences about answers that contradict each other. */
  readonly contradictions: string[];
  /** Whether the stretch ends soon, so that nothing begins that takes long. */
  readonly isEnding: () => boolean;
}

export type Headers = Readonly<Record<string, string>>;

interface Order {
  readonly id: string;
  readonly path: string;
  /** Of its customer. */
  readonly headers: Headers;
  readonly intent: Intent;
}

const CONFIRMED_WITHIN_MS = 3_000;
const LOOK_MS = 60;
/** Later than an unpaid order lives. */
const VERY_LATE_MS = 35_000;
const GBP = 'GBP';

/** Takes one order from the quote or the cart as far as chance will have it. */
export async function goShopping(world: World, courier: Courier): Promise<void> {
  const { random } = world;
  const order = await place(world, courier);
  if (order === null) return;
  if (order.intent.way === 'queued' && !(await waitFor(courier, order, isPlaced))) return;
  const fate = random();
  if (fate < 0.08) {
    await cancel(courier, order, 'CUSTOMER', order.headers);
  } else if (fate < 0.12 && !world.isEnding()) {
    // Left to expire.
  } else if (await pay(world, courier, order)) {
    await cook(world, courier, order);
  }
}

async function place(world: World, courier: Courier): Promise<Order | null> {
  const { random } = world;
  const intent = newIntent(world);
  const customer = intent.way === 'guest' ? null : world.pickCustomer();
  Object.assign(intent, { customerId: customer?.id ?? '' });
  const call = await buildPlacement(world, courier, intent, customer?.headers ?? {});
  world.history.push(intent);
  const { result, answer } = await courier.settle(call);
  if (answer === null || result !== 'ok') {
    if (result === 'refused') intent.outcome = readOutcome(answer!.status, answer!.body);
    // A refusal arrives at once; without a pause the servers would do nothing but refuse.
    await pause(20);
    return null;
  }
  intent.outcome = readOutcome(answer.status, answer.body);
  intent.totalMinor = (answer.body.total as { amount: number }).amount;
  if (random() < 0.08) await replay(world, courier, call, answer);
  const { id, orderToken } = answer.body as { id: string; orderToken?: string };
  const headers = customer?.headers ?? { authorization: `Bearer ${orderToken}` };
  return { id, path: `/api/orders/${id}`, headers, intent };
}

function newIntent({ random, skus }: World): Intent {
  const way = random();
  return {
    token: newId(),
    customerId: '',
    sku: skus[Math.floor(random() * skus.length)]!,
    quantity: 1 + Math.floor(random() * 3),
    outcome: { kind: 'unknown' },
    way: way < 0.45 ? 'direct' : way < 0.65 ? 'queued' : way < 0.9 ? 'cart' : 'guest',
    totalMinor: null,
    acts: [],
  };
}

async function buildPlacement(
  world: World,
  courier: Courier,
  { way, sku, quantity, token }: Intent,
  signedIn: Headers,
): Promise<Call> {
  const { random, codes } = world;
  const shared = {
    ...(random() < 0.15 ? { discountCodes: [codes[Math.floor(random() * codes.length)]!] } : {}),
    ...(random() < 0.2 ? { tip: { amount: 50, currency: GBP } } : {}),
    fulfilment: pickFulfilment(world),
    clientToken: token,
  };
  const headers = random() < 0.5 ? { ...signedIn, 'idempotency-key': token } : signedIn;
  if (way === 'cart') {
    const body = { quantity };
    const path = `/api/cart/items/${sku}`;
    await courier.settle({ kind: 'cart item', method: 'PUT', path, body, headers: signedIn });
    return { kind: 'checkout', method: 'POST', path: '/api/cart/checkout', body: shared, headers };
  }
  const guest = way === 'guest' ? { guest: { email: `${token}@example.com`, name: 'Guest' } } : {};
  const order = { ...shared, ...guest, items: [{ sku, quantity }] };
  if (random() < 0.25) {
    const { clientToken, ...body } = order;
    await courier.settle({
      kind: 'quote',
      method: 'POST',
      path: '/api/quotes',
      body,
      headers: signedIn,
    });
  }
  return {
    kind: way === 'queued' ? 'queued order' : way === 'guest' ? "guest's order" : 'order',
    method: 'POST',
    path: '/api/orders',
    body: order,
    headers: way === 'queued' ? { ...headers, prefer: 'respond-async' } : headers,
  };
}

function pickFulfilment({ random, slots }: World) {
  const way = random();
  if (way < 0.3) return { type: 'PICKUP' };
  if (way < 0.5) {
    return { type: 'PICKUP', requestedFor: slots[Math.floor(random() * slots.length)]! };
  }
  const address = { line1: '1 Example Street', city: 'London', postalCode: 'E1 6AN' };
  return { type: 'SHIPMENT', address: { ...address, country: 'GB' } };
}

/** Sends an acknowledged request again: the answer must be the first one. */
export async function replay(
  world: Pick<World, 'contradictions'>,
  courier: Courier,
  call: Call,
  first: Answer,
): Promise<void> {
  const again = await courier.settle({ ...call, kind: 'replay' });
  if (again.answer === null || again.answer.text === first.text) return;
  // Another answer that is not ambiguous is a contradiction even if a try before it had none.
  world.contradictions.push(
    `${call.method} ${call.path} was answered with ${first.status} ${first.text}, and again with ${again.answer.status} ${again.answer.text}`,
  );
}

/** Returns whether the order is confirmed. */
async function pay(world: World, courier: Courier, order: Order): Promise<boolean> {
  const { random } = world;
  const initiated = await courier.settle({
    kind: 'payment',
    method: 'POST',
    path: '/api/payments/initiate',
    body: { orderId: order.id },
    headers: { ...order.headers, 'idempotency-key': newId() },
  });
  const checkoutUrl = initiated.answer?.body.checkoutUrl;
  if (typeof checkoutUrl !== 'string') return false;
  const path = `/sandbox/sessions/${new URL(checkoutUrl).pathname.split('/').at(-1)}/actions`;
  if (random() < 0.05) {
    await courier.settle({ kind: 'decline', method: 'POST', path, body: { action: 'decline' } });
  }
  const body = { action: 'pay', ...pickTrouble(world) };
  const { result } = await courier.settle({ kind: 'charge', method: 'POST', path, body });
  order.intent.acts.push({ kind: 'pay', result, charges: body.charges ?? 1 });
  return waitFor(courier, order, isConfirmed);
}

/** Returns what goes wrong with the provider's webhook. */
function pickTrouble({ random, isEnding }: World): {
  readonly times?: number;
  readonly delayMs?: number;
  readonly outOfOrder?: boolean;
  readonly charges?: number;
  readonly refunds?: string;
} {
  const way = random();
  if (way < 0.1) return { times: 2 + Math.floor(random() * 3) };
  if (way < 0.15) return { outOfOrder: true };
  if (way < 0.2) return { delayMs: 500 + Math.floor(random() * 2_000) };
  if (way < 0.21 && !isEnding()) return { delayMs: VERY_LATE_MS };
  if (way < 0.23) return { charges: 2 };
  if (way < 0.26) return { refunds: 'succeed_later' };
  return {};
}

/** Moves a paid order through the kitchen; cancels it or returns some of the money on the way. */
async function cook(world: World, courier: Courier, order: Order): Promise<void> {
  const { random } = world;
  for (const status of kitchenStatuses) {
    const way = random();
    if (way < 0.03) {
      await cancel(courier, order, 'ADMIN', world.staff());
      return;
    }
    if (way < 0.25) return;
    const body = { status };
    const { result, answer } = await courier.settle({
      kind: 'status',
      method: 'PATCH',
      path: `${order.path}/status`,
      body,
      headers: withKey(world.staff()),
    });
    order.intent.acts.push({ kind: 'status', result, status });
    if (answer === null || answer.status >= 300) return;
    if (status === 'READY' && random() < 0.08) await refund(world, courier, order);
  }
}

async function refund(world: World, courier: Courier, order: Order): Promise<void> {
  const headers = world.staff();
  const path = `${order.path}/payments`;
  const listed = await courier.send({ kind: 'read', method: 'GET', path, headers });
  const payments = listed?.body.data as { id: string; status: string }[] | undefined;
  const paid = payments?.find(({ status }) => status === 'CAPTURED');
  if (paid === undefined) return;
  const amountMinor = 10 + Math.floor(world.random() * 90);
  const { result, answer } = await courier.settle({
    kind: 'refund',
    method: 'POST',
    path: `/api/payments/${paid.id}/refunds`,
    body: { amount: { amount: amountMinor, currency: GBP }, reason: 'One was cold' },
    headers: withKey(headers),
  });
  const id = result === 'ok' ? String((answer!.body.refund as { id: string }).id) : null;
  order.intent.acts.push({ kind: 'refund', result, amountMinor, id });
}

async function cancel(
  courier: Courier,
  { path, intent }: Order,
  by: Extract<Act, { kind: 'cancel' }>['by'],
  headers: Headers,
): Promise<Result> {
  const { result } = await courier.settle({
    kind: by === 'ADMIN' ? 'cancel by staff' : 'cancel',
    method: 'POST',
    path: `${path}/cancel`,
    body: {},
    headers: withKey(headers),
  });
  intent.acts.push({ kind: 'cancel', result, by });
  return result;
}

const withKey = (headers: Headers): Headers => ({ ...headers, 'idempotency-key': newId() });

const isPlaced = (status: unknown) => (status === 'QUEUED' ? null : status === 'PENDING');
const isConfirmed = (status: unknown) => (status === 'PENDING' ? null : status === 'CONFIRMED');

/** Reads the order until `judge` does not answer null. Returns false if that takes long. */
async function waitFor(
  courier: Courier,
  { path, headers }: Order,
  judge: (status: unknown) => boolean | null,
): Promise<boolean> {
  const deadline = performance.now() + CONFIRMED_WITHIN_MS;
  for (let looks = 1; performance.now() < deadline; looks += 1) {
    const answer = await courier.send({ kind: 'read', method: 'GET', path, headers });
    const judged = answer?.status === 200 ? judge(answer.body.status) : null;
    if (judged !== null) return judged;
    await pause(LOOK_MS * looks);
  }
  return false;
}
