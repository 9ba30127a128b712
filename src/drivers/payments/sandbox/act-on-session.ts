import type { Transaction } from '../../../database/database.ts';
import { isDatabaseUnavailable } from '../../../database/unavailable.ts';
import { createBatcher, TRANSACTION_GATHER_MS } from '../../../shared/batcher.ts';
import { requestErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { SandboxContext } from './context.ts';
import { type ActionEffect, decideAction } from './decide-action.ts';
import { type DeliveryRow, recordActions } from './delivery-queries.ts';
import { sandboxErrors } from './errors.ts';
import { lockNamedSessions, lockSessions, type SessionRow, setRefundModes } from './queries.ts';
import type { ActionReply, ActionRequest } from './schemas.ts';

const BATCH_SIZE_MAX = 200;
const WAITING_MAX = 10_000;
/** How long an action waits for the merchant. Stripe sends the customer back after ten seconds. */
const ANSWER_WITHIN_MS = 1_000;

interface RequestedAction {
  /** The reference of the session, of its payment, or of a charge on it. */
  readonly name: string;
  readonly request: ActionRequest;
}

type Outcome =
  | {
      readonly kind: 'done';
      readonly reference: string;
      readonly eventIds: readonly string[];
      /** Webhooks that this server must send now. */
      readonly claimedDeliveries: readonly DeliveryRow[];
    }
  | { readonly kind: 'refused'; readonly error: CodedError };

/**
 * Creates the function behind the buttons of the payment page. Paying also works on a session that has ended, like
 * money that was on its way when the shop gave up; `onlyIfOpen` prevents that. Simultaneous actions share one
 * transaction. Like Stripe, it answers after the merchant has answered the webhook, so that the customer returns to an
 * order that is paid, but does not wait long for it.
 */
export function createSessionActions(
  context: SandboxContext,
): (name: string, request: ActionRequest) => Promise<ActionReply> {
  const { deliveries } = context;
  const submit = createBatcher<RequestedAction, Outcome>({
    batchesMax: 1,
    sizeMax: BATCH_SIZE_MAX,
    gatherMs: TRANSACTION_GATHER_MS,
    waitingMax: WAITING_MAX,
    // Actions on one session are applied in order within a batch.
    exclusives: () => [],
    run: (wanted) => applyActions(context, wanted),
    // After a lost connection a second attempt could charge twice.
    mayRetryAlone: (error) => !isDatabaseUnavailable(error),
  });
  return async (name, request) => {
    const outcome = await submit({ name, request });
    if (outcome.kind === 'refused') throw outcome.error;
    const answered = deliveries.send(outcome.claimedDeliveries);
    if (request.beforeAnswer === true) {
      await answered;
      await deliveries.deliverEvents(outcome.eventIds);
    } else if (outcome.claimedDeliveries.length > 0) {
      await waitAtMost(ANSWER_WITHIN_MS, answered);
    }
    return { reference: outcome.reference };
  };
}

interface Decided {
  readonly session: SessionRow;
  readonly effect: ActionEffect;
  readonly request: ActionRequest;
}

function applyActions(
  { database, deliveries }: SandboxContext,
  all: readonly RequestedAction[],
): Promise<Outcome[]> {
  return database.transaction(async (tx) => {
    const { references, sessions } = await findSessions(tx, [
      ...new Set(all.map(({ name }) => name)),
    ]);
    const decided = all.map(({ name, request }): Decided | CodedError => {
      const session = sessions.get(references.get(name) ?? '');
      if (session === undefined) return new CodedError(requestErrors.notFound);
      if (request.onlyIfOpen === true && session.status !== 'OPEN') {
        return new CodedError(sandboxErrors.sessionOver);
      }
      const effect = decideAction(session, request);
      const status = effect.status ?? session.status;
      sessions.set(session.reference, { ...session, status });
      return { session, effect, request };
    });
    const done = decided.filter((one): one is Decided => !(one instanceof CodedError));
    if (done.length === 0) return decided.map((error) => refused(error as CodedError));
    const posted = await tx.pipelineCommit(write(tx, deliveries, done));
    const claimedDeliveries = Map.groupBy(posted, ({ eventId }) => eventId);
    return decided.map((one): Outcome => {
      if (one instanceof CodedError) return refused(one);
      const eventIds = one.effect.events.map(({ id }) => id);
      return {
        kind: 'done',
        reference: one.session.reference,
        eventIds,
        claimedDeliveries: eventIds.flatMap((id) => claimedDeliveries.get(id) ?? []),
      };
    });
  });
}

/** Finds and locks sessions. The page sends its session's own reference; only other names must be looked up. */
async function findSessions(tx: Transaction, names: readonly string[]) {
  const rows = await lockSessions(tx, names);
  const sessions = new Map<string, SessionRow>(rows.map((row) => [row.reference, row]));
  const references = new Map(rows.map(({ reference }) => [reference, reference]));
  const others = names.filter((name) => !references.has(name));
  if (others.length > 0) {
    for (const { askedFor, ...row } of await lockNamedSessions(tx, others)) {
      references.set(askedFor, row.reference);
      sessions.set(row.reference, row);
    }
  }
  return { references, sessions };
}

/** Writes the actions and their webhooks. Returns the webhooks that this server must send now. */
async function write(
  tx: Transaction,
  deliveries: SandboxContext['deliveries'],
  done: readonly Decided[],
): Promise<readonly DeliveryRow[]> {
  const charges = done.flatMap(({ session, effect }) =>
    effect.charges.map(({ reference, amount, currency }) => ({
      reference,
      session_reference: session.reference,
      payment_id: session.paymentId,
      amount_minor: amount,
      currency,
    })),
  );
  const statuses = new Map(
    done.flatMap(({ session, effect }) =>
      effect.status === null ? [] : [[session.reference, effect.status] as const],
    ),
  );
  const sessions = [...statuses].map(([reference, status]) => ({ reference, status }));
  const modes = new Map(
    done.flatMap(({ session, request }) =>
      request.refunds === undefined ? [] : [[session.reference, request.refunds] as const],
    ),
  );
  const events = done.flatMap(({ effect }) => [...effect.events, ...effect.lateEvents]);
  const [posted] = await Promise.all([
    deliveries.post(events, (...rows) =>
      recordActions(tx, ...rows, JSON.stringify(charges), JSON.stringify(sessions)),
    ),
    ...(modes.size > 0 ? [setRefundModes(tx, [...modes.keys()], [...modes.values()])] : []),
  ]);
  return posted;
}

async function waitAtMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise: timedOut, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, timedOut]);
  clearTimeout(timer);
}

function refused(error: CodedError): Outcome {
  return { kind: 'refused', error };
}
