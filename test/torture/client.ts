import type { UserCaller } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import { pause } from '../../src/shared/pause.ts';
import { type Attempt, readOutcome } from './history.ts';

export interface ClientOptions {
  readonly customer: UserCaller;
  readonly token: string;
  readonly skus: readonly string[];
  /** The servers' addresses; any of them may be unavailable. */
  readonly urls: () => readonly string[];
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Called with each attempt when it has ended. */
  readonly onAttempt?: (attempt: Attempt) => void;
}

const TRIES_MAX = 4;
const TIMEOUT_MS = 4_000;

/** Places orders and cancels some until the signal. Without a response it tries again under the same token. */
export async function runClient(options: ClientOptions): Promise<Attempt[]> {
  const history: Attempt[] = [];
  while (!options.signal.aborted) {
    const attempt = await placeOne(options);
    history.push(attempt);
    options.onAttempt?.(attempt);
    if (attempt.outcome.kind === 'placed' && options.random() < 0.3) {
      await send(options, `/api/orders/${attempt.outcome.orderId}/cancel`, {});
    }
    // A refusal arrives at once; without a pause the remaining servers would do nothing but refuse.
    if (attempt.outcome.kind !== 'placed') await pause(20);
  }
  return history;
}

async function placeOne(options: ClientOptions): Promise<Attempt> {
  const { customer, skus, random } = options;
  const attempt: Attempt = {
    token: newId(),
    customerId: customer.id,
    sku: skus[Math.floor(random() * skus.length)]!,
    quantity: 1 + Math.floor(random() * 3),
    outcome: { kind: 'unknown' },
  };
  for (let tries = 1; tries <= TRIES_MAX && attempt.outcome.kind === 'unknown'; tries += 1) {
    const reply = await send(options, '/api/orders', {
      items: [{ sku: attempt.sku, quantity: attempt.quantity }],
      clientToken: attempt.token,
    });
    if (reply !== null) attempt.outcome = readOutcome(reply.status, reply.body);
    if (attempt.outcome.kind === 'unknown') await pause(50 * tries);
  }
  return attempt;
}

/** Returns null if no complete response arrived. */
async function send({ urls, token, random }: ClientOptions, path: string, body: object) {
  const addresses = urls();
  const url = addresses[Math.floor(random() * addresses.length)]!;
  try {
    const reply = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  } catch {
    return null;
  }
}
