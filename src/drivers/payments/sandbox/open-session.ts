import { createBatcher, TRANSACTION_GATHER_MS } from '../../../shared/batcher.ts';
import { idempotencyErrors, requestErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { findCharges } from './charge-queries.ts';
import type { SandboxContext } from './context.ts';
import {
  closeSession,
  findSession,
  findSessionsByKeys,
  insertSessions,
  type SessionRow,
} from './queries.ts';
import { newReference } from './sandbox-event.ts';
import type { SessionReply, SessionRequest, SessionStateReply } from './schemas.ts';

const BATCH_SIZE_MAX = 200;
const WAITING_MAX = 10_000;

interface SessionToOpen {
  readonly key: string;
  readonly request: SessionRequest;
}

/**
 * Creates a function that opens sessions; simultaneous calls share one statement. The same key again returns the same
 * session; with another payment or amount it is refused.
 */
export function createSessionOpener(
  context: SandboxContext,
): (key: string, request: SessionRequest) => Promise<SessionReply> {
  const submit = createBatcher<SessionToOpen, SessionRow>({
    batchesMax: 1,
    sizeMax: BATCH_SIZE_MAX,
    gatherMs: TRANSACTION_GATHER_MS,
    waitingMax: WAITING_MAX,
    exclusives: () => [],
    run: (openings) => open(context, openings),
    mayRetryAlone: () => true,
  });
  return async (key, request) => {
    const session = await submit({ key, request });
    if (
      session.paymentId !== request.paymentId ||
      session.amountMinor !== request.amount ||
      session.currency !== request.currency
    ) {
      throw new CodedError(idempotencyErrors.keyReused);
    }
    const checkoutUrl = `${context.publicUrl}/sandbox/pay/${session.reference}`;
    return { reference: session.reference, checkoutUrl };
  };
}

async function open(
  { database }: SandboxContext,
  openings: readonly SessionToOpen[],
): Promise<SessionRow[]> {
  const rows = openings.map(({ key, request }) => ({
    reference: newReference('sbs'),
    request_key: key,
    payment_id: request.paymentId,
    order_number: request.orderNumber,
    amount_minor: request.amount,
    currency: request.currency,
    return_url: request.returnUrl,
    expires_at: request.expiresAt,
  }));
  const inserted = await insertSessions(database, JSON.stringify(rows));
  const sessions = new Map(inserted.map((session) => [session.requestKey, session]));
  const others = openings.flatMap(({ key }) => (sessions.has(key) ? [] : [key]));
  if (others.length > 0) {
    for (const one of await findSessionsByKeys(database, others)) sessions.set(one.requestKey, one);
  }
  return openings.map(({ key }) => sessions.get(key)!);
}

/** Closes a session, so that its page can no longer be paid. A session that has already ended stays as it is. */
export async function endSession({ database }: SandboxContext, reference: string): Promise<void> {
  const closed = await closeSession(database, reference);
  if (closed.length === 0) throw new CodedError(requestErrors.notFound);
}

async function requireSession(
  { database }: SandboxContext,
  reference: string,
): Promise<SessionRow> {
  const [session] = await findSession(database, reference);
  if (session === undefined) throw new CodedError(requestErrors.notFound);
  return session;
}

/** Returns the merchant's view of a session. */
export async function describeSession(
  context: SandboxContext,
  reference: string,
): Promise<SessionStateReply> {
  const session = await requireSession(context, reference);
  const charges = await findCharges(context.database, session.reference);
  return {
    state: session.status,
    charges: charges.map((charge) => ({
      reference: charge.reference,
      amount: charge.amountMinor,
      currency: charge.currency,
    })),
  };
}
