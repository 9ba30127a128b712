import type { Transaction } from '../../../database/database.ts';
import { type Queryable, statement } from '../../../database/statement.ts';
import type { Caller } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import { type Money, money } from '../../../shared/money.ts';
import { listStepUpMethods, stepUpRequired } from '../../../shared/recent-proof.ts';
import { paymentsErrors } from '../errors.ts';

/** Lets refunds of one caller run one after the other, so that each one counts those before it. Before any other lock. */
export const lockRefunds = statement<[actorId: string], never>(
  'payments.lock_refunds_of_actor',
  `select pg_advisory_xact_lock(hashtextextended('holdfast.refunds ' || $1::text, 0))`,
);

/** Adds up what an actor refunded within the last hour, whatever the currency, except one refund. */
export const sumRefunds = statement<
  [actorId: string, exceptId: string | null],
  { refundedMinor: number }
>(
  'payments.sum_refunds_of_actor',
  `select coalesce(sum(amount_minor), 0)::bigint as "refundedMinor"
     from payment_refunds
    where actor_id = $1::uuid
      and created_at > clock_timestamp() - interval '1 hour'
      and status <> 'FAILED'
      and id is distinct from $2::uuid`,
);

/** Locks what `requireWithinLimit` adds up. */
export async function lockRefundsOf(tx: Transaction, { id }: Caller): Promise<void> {
  await lockRefunds(tx, id);
}

/**
 * Throws if this refund, together with the others that the caller made within an hour, is more than they may refund: for
 * an API key `payments.refund_limit`, for a user without a recent proof `auth.step_up_required`. `refund.id` is null
 * before it is made; `stepUpMinor` 0 is no limit for users.
 */
export async function requireWithinLimit(
  db: Queryable,
  caller: Caller,
  refund: { readonly id: string | null; readonly amount: Money },
  stepUpMinor: number,
): Promise<void> {
  const maxMinor = findLimit(caller, stepUpMinor);
  if (maxMinor === null) return;
  const [sum] = await sumRefunds(db, caller.id, refund.id);
  const leftMinor = Math.max(0, maxMinor - sum!.refundedMinor);
  if (refund.amount.amount <= leftMinor) return;
  if (caller.kind === 'user') throw stepUpRequired(listStepUpMethods(caller));
  throw new CodedError(paymentsErrors.refundLimit, {
    extensions: { left: money(leftMinor, refund.amount.currency) },
  });
}

/** Returns what the caller may refund within an hour; null: no limit. */
function findLimit(caller: Caller, stepUpMinor: number): number | null {
  if (caller.kind === 'api_key') return caller.refundMaxMinor ?? null;
  const isLimited = caller.kind === 'user' && caller.hasRecentProof !== true && stepUpMinor > 0;
  return isLimited ? stepUpMinor : null;
}
