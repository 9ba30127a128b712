/** What a client saw of one change, in the order of its invocations. */
export type Outcome =
  /** Acknowledged: it must be there, whatever happened since. */
  | 'ok'
  /** Refused with a reason: it must not be there. */
  | 'refused'
  /** No answer, or one that says neither: it is there once, or not at all. */
  | 'unknown';

/** An order that a client tried to place, once or several times under one key. */
export interface Placing {
  /** Sent as the order's note, so that the order is known even if its key were not. */
  readonly token: string;
  readonly sku: string;
  readonly quantity: number;
  outcome: Outcome;
  /** Of an acknowledged one. */
  orderId: string | null;
  /** What was answered first. A repeat is answered with the same. */
  body: string | null;
  /** Changes of the acknowledged order, which its customer asked for. */
  cancelling: Outcome | null;
  paying: Outcome | null;
}

/** One request. Times are monotonic milliseconds. */
export interface Call {
  readonly path: string;
  readonly invokedAt: number;
  readonly endedAt: number;
  /** Null: no complete answer arrived, because the server was killed, or the client gave up. */
  readonly status: number | null;
  readonly hasRetryAfter: boolean;
}

/** An order as the database has it. */
export interface StoredOrder {
  readonly id: string;
  readonly token: string;
  readonly status: string;
  readonly cancelReason: string | null;
  readonly paymentStatus: string;
  readonly sku: string;
  readonly quantity: number;
}

const PAID = new Set(['PAID', 'PARTIALLY_REFUNDED', 'REFUNDED']);

/**
 * Compares what the clients saw with the database, in the manner of Jepsen. Returns one sentence for each violation.
 * `isSettled`: what follows from the changes is done, so that a charge has arrived at its order.
 */
export function findViolations(
  history: readonly Placing[],
  stored: readonly StoredOrder[],
  { isSettled }: { readonly isSettled: boolean },
): string[] {
  const byToken = Map.groupBy(stored, ({ token }) => token);
  const wrong: string[] = [];
  for (const placing of history) {
    const orders = byToken.get(placing.token) ?? [];
    byToken.delete(placing.token);
    if (orders.length > 1) {
      wrong.push(`${placing.token} (${placing.outcome}) was placed ${orders.length} times`);
    }
    for (const order of orders) wrong.push(...compareOrder(placing, order, isSettled));
    if (orders.length === 0 && placing.outcome === 'ok') {
      wrong.push(`${placing.token} was acknowledged as order ${placing.orderId}, but is lost`);
    }
  }
  for (const token of byToken.keys()) wrong.push(`an order of ${token} belongs to no attempt`);
  return wrong;
}

function compareOrder(placing: Placing, order: StoredOrder, isSettled: boolean): string[] {
  const { token, outcome, orderId, cancelling, paying } = placing;
  const wrong: string[] = [];
  if (outcome === 'refused') wrong.push(`${token} was refused, but order ${order.id} is there`);
  if (outcome === 'ok' && order.id !== orderId) {
    wrong.push(`${token} was acknowledged as order ${orderId}, but is order ${order.id}`);
  }
  if (order.sku !== placing.sku || order.quantity !== placing.quantity) {
    wrong.push(
      `${token} asked for ${placing.quantity} × ${placing.sku}, but order ${order.id} is ${order.quantity} × ${order.sku}`,
    );
  }
  const isCancelled = order.status === 'CANCELLED';
  if (cancelling === 'ok' && !isCancelled) {
    wrong.push(`order ${order.id} was cancelled, but is ${order.status}`);
  }
  const mayBeCancelled = cancelling === 'ok' || cancelling === 'unknown';
  if (isCancelled && order.cancelReason === 'CUSTOMER' && !mayBeCancelled) {
    wrong.push(`nobody cancelled order ${order.id}, but it is cancelled`);
  }
  const isPaid = PAID.has(order.paymentStatus);
  if (isSettled && paying === 'ok' && !isPaid) {
    wrong.push(`order ${order.id} was paid, but is ${order.paymentStatus}`);
  }
  if (isPaid && (paying === null || paying === 'refused')) {
    wrong.push(`nobody paid order ${order.id}, but it is ${order.paymentStatus}`);
  }
  return wrong;
}

/** Every call is answered in time, and a 503 says when to come back, whatever has become of the database. */
export function findBadAnswers(calls: readonly Call[], answerMsMax: number): string[] {
  return calls.flatMap(({ path, invokedAt, endedAt, status, hasRetryAfter }) => {
    const ms = Math.round(endedAt - invokedAt);
    const what = `${path} was answered with ${status ?? 'nothing'} after ${ms} ms`;
    if (ms > answerMsMax) return [`${what}, which is too late`];
    if (status === 503 && !hasRetryAfter) return [`${what}, without Retry-After`];
    if (status !== null && status >= 500 && status !== 503) return [what];
    return [];
  });
}

/** What was told outside must be in the log: nothing else has happened. */
export function findUntrue(told: ReadonlySet<string>, logged: ReadonlySet<string>): string[] {
  return [...told]
    .filter((id) => !logged.has(id))
    .map((id) => `event ${id} was told outside, but is not there`);
}
