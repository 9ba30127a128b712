import { paid } from './invariants.ts';
import type { Row, Store } from './store/store.ts';
import type { Clients, Operation } from './world/clients.ts';
import type { SimulatedProvider } from './world/provider.ts';
import type { SimulatedReceivers } from './world/receivers.ts';

/** What a run leaves behind once everything has come to rest. */
export interface Left {
  readonly store: Store;
  readonly clients: Clients;
  readonly provider: SimulatedProvider;
  readonly receivers: SimulatedReceivers;
  /** Processes that were told to stop and have not ended. */
  readonly stopping: number;
  /** Whether nothing failed in this run, so that nothing had to be repeated. */
  readonly isCalm: boolean;
}

const ENDED = ['CANCELLED', 'FAILED', 'COMPLETED'];

/** Returns what is still to be done, in a few words; null: nothing. */
export function findWork({ store, clients, provider, stopping }: Left): string | null {
  if (clients.open > 0) return 'a client waits for an answer';
  if (stopping > 0) return 'a process that was told to stop goes on';
  if (provider.unheard.size > 0) return 'an event of the provider was not acknowledged';
  const nowMs = store.nowMs();
  const findings: readonly (readonly [what: string, table: string, (row: Row) => boolean])[] = [
    ['an order is queued', 'orders', ({ status }) => status === 'QUEUED'],
    [
      'an order is past its deadline',
      'orders',
      ({ status, expiresAt }) => status === 'PENDING' && expiresAt !== null && expiresAt <= nowMs,
    ],
    [
      'an event of the provider is not applied',
      'provider_events',
      (row) => row.status === 'RECEIVED',
    ],
    ['a refund is pending', 'payment_refunds', ({ status }) => status === 'PENDING'],
    [
      'the page of an ended order is open',
      'payments',
      ({ orderId, closedAt }) =>
        closedAt === null && ENDED.includes(store.row('orders', orderId)?.status),
    ],
    ['a page is to be closed', 'payments', ({ nextAttemptAtMs }) => nextAttemptAtMs !== null],
    ['a delivery is pending', 'webhook_deliveries', ({ status }) => status === 'PENDING'],
    ['a job is left', 'jobs', ({ state }) => state !== 'dead'],
    ['money of nobody waits', 'payment_captures', (capture) => mustGoBack(store, capture)],
  ];
  for (const [what, table, isLeft] of findings) if (store.rows(table).some(isLeft)) return what;
  const end = Math.max(0, ...store.rows('events').map(({ position }) => position));
  return store.rows('log_readers').every(({ position }) => position === end) || end === 0
    ? null
    : 'the relay is behind the log';
}

function mustGoBack(store: Store, capture: Row): boolean {
  if (capture.refundAllocatedMinor >= capture.amountMinor) return false;
  if (capture.returnCause !== null) return true;
  const order = store.row('orders', capture.orderId);
  if (order === undefined) return false;
  if (capture.kind === 'matched') return ['CANCELLED', 'FAILED'].includes(order.status);
  return ENDED.includes(order.status) || paid.includes(order.paymentStatus);
}

/** Returns what is broken at the end, or null. */
export function findBroken(left: Left): string | null {
  return findWork(left) ?? findLostOperation(left) ?? findWrongMoney(left) ?? findUntold(left);
}

function findLostOperation({ store, clients }: Left): string | null {
  for (const [number, operation] of clients.operations.entries()) {
    const broken =
      operation.kind === 'place'
        ? findWrongEffect(operation, placedBy(store, number), 'orders')
        : operation.kind === 'refund'
          ? findWrongEffect(operation, refundedBy(store, number), 'refunds')
          : null;
    if (broken !== null) return `${operation.name}: ${broken}`;
  }
  return null;
}

function placedBy(store: Store, number: number): Row[] {
  return store.rows('orders').filter(({ note }) => note === `operation ${number}`);
}

function refundedBy(store: Store, number: number): Row[] {
  return store.rows('payment_refunds').filter(({ reason }) => reason === `operation ${number}`);
}

/** What was answered happened once, what was refused did not, and what nobody knows happened at most once. */
function findWrongEffect(operation: Operation, effects: readonly Row[], what: string) {
  const { answers, unknowns, refusals } = operation;
  const count = `${effects.length} ${what} for ${answers.length} answers, ${refusals} refusals and ${unknowns} unknown`;
  if (effects.length > 1) return count;
  if (answers.length > 0 && effects.length !== 1) return count;
  if (answers.length + unknowns === 0 && effects.length > 0) return count;
  const [first] = answers;
  for (const answer of answers) {
    if (withoutReplayed(answer) !== withoutReplayed(first!)) return 'a repeat got another answer';
  }
  return first === undefined || first.includes(effects[0]!.id) ? null : 'the answer is of another';
}

function withoutReplayed(answer: string): string {
  return answer.replace(/"replayed":(true|false)/, '');
}

/** The provider has of each order what the order is to keep, and no more. */
function findWrongMoney(left: Left): string | null {
  const { store, provider } = left;
  for (const { id, number, status, paymentStatus, totalMinor } of store.rows('orders')) {
    const captures = store.rows('payment_captures').filter(({ orderId }) => orderId === id);
    const ids = new Set(captures.map((capture) => capture.id));
    const matched = captures.find(({ kind }) => kind === 'matched');
    const flagged = captures.filter(({ kind }) => kind === 'flagged');
    const isSold =
      paid.includes(paymentStatus) &&
      !['CANCELLED', 'FAILED'].includes(status) &&
      matched?.returnCause !== 'late';
    const returned = store
      .rows('payment_refunds')
      .filter((refund) => ids.has(refund.captureId) && refund.status === 'SUCCEEDED');
    const of = (captureId: string | undefined) =>
      returned
        .filter((refund) => refund.captureId === captureId)
        .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    const waiting = isSold || ENDED.includes(status) ? [] : flagged;
    const expected =
      (isSold && matched !== undefined ? totalMinor - of(matched.id) : 0) +
      waiting.reduce((sum, one) => sum + one.amountMinor - of(one.id), 0);
    const kept = provider.kept(id);
    if (kept !== expected) {
      return `inv_payment_returns: the provider keeps ${kept} of order ${number} (${status}, ${paymentStatus}), and it should be ${expected}`;
    }
  }
  for (const { providerReference, orderId } of provider.charges.values()) {
    const isKnown = store
      .rows('payment_captures')
      .some((one) => one.providerReference === providerReference);
    if (!isKnown) return `inv_payment_charges: a charge for ${orderId} is not in the ledger`;
  }
  return findOpenPage(left);
}

/** An order that is paid or over cannot be paid any more. */
function findOpenPage({ store, provider }: Left): string | null {
  for (const { isOpen, request } of provider.pages.values()) {
    if (!isOpen) continue;
    const { number, status, paymentStatus } = store.row('orders', request.orderId)!;
    if (paid.includes(paymentStatus) || ENDED.includes(status)) {
      return `a page of order ${number} (${status}, ${paymentStatus}) can still be paid`;
    }
  }
  return null;
}

/** Every event reached every endpoint that wants it: once, if nothing failed. */
function findUntold({ store, receivers, isCalm }: Left): string | null {
  const times = Map.groupBy(receivers.received, ({ url, eventId }) => `${url} ${eventId}`);
  for (const { url, eventTypes } of store.rows('webhook_endpoints')) {
    for (const { id, type, sequence } of store.rows('events')) {
      if (!eventTypes.includes('*') && !eventTypes.includes(type)) continue;
      const count = times.get(`${url} ${id}`)?.length ?? 0;
      if (count === 0) return `inv_log_delivered: ${url} never heard of ${type} ${sequence}`;
      if (isCalm && count > 1) return `${url} heard ${count} times of ${type} ${sequence}`;
    }
  }
  return null;
}
