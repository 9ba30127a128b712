import { newId } from '../../../src/shared/ids.ts';
import { pause } from '../../../src/shared/pause.ts';
import type { Call, Outcome, Placing } from './history.ts';

export interface ShopperOptions {
  /** The access token of one customer. */
  readonly accessToken: string;
  readonly skus: readonly string[];
  /** The servers' addresses; any of them may be unavailable. */
  readonly urls: () => readonly string[];
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onCall: (call: Call) => void;
  /** Called when a read did not show what was acknowledged before, but did so soon after. */
  readonly onStaleRead: () => void;
  /** Called with a sentence for what is wrong at once. */
  readonly onViolation: (sentence: string) => void;
}

/** The answer to one request; null if none arrived. */
type Answer = { readonly status: number; readonly text: string } | null;

const TRIES_MAX = 5;
/** How many of the requests whose outcome is unknown are never repeated, so that it stays so. */
const GIVEN_UP_SHARE = 0.25;
/** Later than any answer may be: without it a lost connection would hang. */
const TIMEOUT_MS = 60_000;
const BETWEEN_CALLS_MS = 80;
const BEFORE_REPEAT_MS = 150;
/** Two questions of the watch to a host that does not answer, on a busy machine. */
const SEEN_WITHIN_MS = 10_000;
/** Refused because the same request is still in progress: it says nothing of the outcome. */
const IN_FLIGHT = 'idempotency.in_flight';

/**
 * Places orders until the signal, and cancels, pays, reads and repeats some. Adds what it sees to `history`. Where the
 * outcome is unknown it sends the same again under the same key.
 */
export async function runShopper(options: ShopperOptions, history: Placing[]): Promise<void> {
  const { random, signal } = options;
  const own: Placing[] = [];
  while (!signal.aborted) {
    const placing = await place(options, own);
    history.push(placing);
    if (placing.outcome === 'ok') {
      const next = random();
      if (next < 0.2) await cancel(options, placing);
      else if (next < 0.45) await pay(options, placing);
      else if (next < 0.6) await read(options, own);
      else if (next < 0.75) await repeat(options, own);
    }
    await pause(random() * 2 * BETWEEN_CALLS_MS, { signal });
  }
}

/** Adds the order to `own` once it is acknowledged. */
async function place(options: ShopperOptions, own: Placing[]): Promise<Placing> {
  const { skus, random } = options;
  const placing: Placing = {
    token: newId(),
    sku: pickOne(skus, random),
    quantity: 1 + Math.floor(random() * 3),
    outcome: 'unknown',
    orderId: null,
    body: null,
    cancelling: null,
    paying: null,
  };
  const [outcome, answer] = await change(options, () => sendPlacing(options, placing));
  placing.outcome = outcome;
  if (outcome === 'ok') {
    placing.orderId = JSON.parse(answer!.text).id;
    placing.body = answer!.text;
    own.push(placing);
  }
  return placing;
}

/** Half of the customers send a header, and the others the body's own key. */
function sendPlacing(options: ShopperOptions, { token, sku, quantity }: Placing): Promise<Answer> {
  const usesHeader = token.charCodeAt(token.length - 1) % 2 === 0;
  const body = { items: [{ sku, quantity }], note: token };
  return usesHeader
    ? send(options, 'POST', '/api/orders', body, token)
    : send(options, 'POST', '/api/orders', { ...body, clientToken: token });
}

async function cancel(options: ShopperOptions, placing: Placing): Promise<void> {
  const path = `/api/orders/${placing.orderId}/cancel`;
  const key = newId();
  placing.cancelling = 'unknown';
  [placing.cancelling] = await change(options, () => send(options, 'POST', path, {}, key));
}

async function pay(options: ShopperOptions, placing: Placing): Promise<void> {
  const body = { orderId: placing.orderId };
  const key = newId();
  const [opened, answer] = await change(options, () =>
    send(options, 'POST', '/api/payments/initiate', body, key),
  );
  if (opened !== 'ok') return;
  const { checkoutUrl } = JSON.parse(answer!.text);
  const reference = new URL(checkoutUrl).pathname.split('/').at(-1)!;
  placing.paying = 'unknown';
  // Not repeated: that would be a second charge.
  const path = `/sandbox/sessions/${reference}/actions`;
  placing.paying = readOutcome(await send(options, 'POST', path, { action: 'pay' }));
}

/**
 * Reads an order that was acknowledged some time ago: perhaps before a takeover. A server may read from a former primary
 * until it has seen the promotion, but not for longer.
 */
async function read(options: ShopperOptions, own: readonly Placing[]): Promise<void> {
  const path = `/api/orders/${pickOne(own, options.random).orderId}`;
  const url = pickOne(options.urls(), options.random);
  const readOnce = () => send({ ...options, urls: () => [url] }, 'GET', path);
  if (readOutcome(await readOnce()) !== 'refused') return;
  await pause(SEEN_WITHIN_MS);
  const again = await readOnce();
  if (readOutcome(again) !== 'refused') return options.onStaleRead();
  options.onViolation(`${path} was acknowledged, but a read is answered with ${again!.status}`);
}

/** Places an order again that was acknowledged some time ago. */
async function repeat(options: ShopperOptions, own: readonly Placing[]): Promise<void> {
  const placing = pickOne(own, options.random);
  const answer = await sendPlacing(options, placing);
  const isRight = answer?.status === 201 && answer.text === placing.body;
  if (readOutcome(answer) !== 'unknown' && !isRight) {
    options.onViolation(
      `a repeat of ${placing.token} was answered with ${answer!.status} ${answer!.text}, not with ${placing.body}`,
    );
  }
}

/** Sends a change under a key until its outcome is known, or is given up. */
async function change(
  { random, signal }: ShopperOptions,
  sendOnce: () => Promise<Answer>,
): Promise<[Outcome, Answer]> {
  const triesMax = random() < GIVEN_UP_SHARE ? 1 : TRIES_MAX;
  for (let tries = 1; ; tries += 1) {
    const answer = await sendOnce();
    const outcome = readOutcome(answer);
    if (outcome !== 'unknown' || tries === triesMax || signal.aborted) return [outcome, answer];
    await pause(tries * BEFORE_REPEAT_MS, { signal });
  }
}

function readOutcome(answer: Answer): Outcome {
  if (answer === null || answer.status >= 500 || answer.status === 408) return 'unknown';
  if (answer.status < 300) return 'ok';
  return answer.text.includes(IN_FLIGHT) ? 'unknown' : 'refused';
}

async function send(
  { urls, accessToken, random, onCall }: ShopperOptions,
  method: string,
  path: string,
  body?: object,
  key?: string,
): Promise<Answer> {
  const url = pickOne(urls(), random);
  const invokedAt = performance.now();
  let status: number | null = null;
  let hasRetryAfter = false;
  try {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await reply.text();
    status = reply.status;
    hasRetryAfter = Number(reply.headers.get('retry-after')) > 0;
    return { status, text };
  } catch {
    return null;
  } finally {
    onCall({ path, invokedAt, endedAt: performance.now(), status, hasRetryAfter });
  }
}

function pickOne<T>(all: readonly T[], random: () => number): T {
  return all[Math.floor(random() * all.length)]!;
}
