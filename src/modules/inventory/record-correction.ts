import type { Transaction } from '../../database/database.ts';
import { appendEvents } from '../../events/index.ts';
import type { Actor, Cause } from '../../shared/caller.ts';
import { newId } from '../../shared/ids.ts';
import { insertMovement, type MovementRow } from './queries.ts';

export interface Correction {
  readonly kind: 'initial' | 'adjustment';
  readonly productId: string;
  readonly sku: string;
  readonly delta: number;
  readonly reason: string;
  /** The units after the correction; so are those of `reserved`. */
  readonly onHand: number;
  readonly reserved: number;
  readonly actor: Actor;
  readonly cause: Cause;
}

/** Records a stock change that no order caused, in the ledger and in the log. */
export async function recordCorrection(
  tx: Transaction,
  correction: Correction,
): Promise<MovementRow> {
  const { kind, productId, sku, delta, reason, onHand, reserved, actor, cause } = correction;
  const movementId = newId();
  const [movement] = await insertMovement(
    tx,
    movementId,
    productId,
    kind,
    delta,
    reason,
    onHand,
    reserved,
    actor.type,
    actor.id,
    actor.role,
  );
  await appendEvents(tx, [
    {
      type: 'stock.adjusted',
      orderId: null,
      customerId: null,
      sequence: null,
      from: null,
      to: null,
      actor,
      reason,
      cause,
      data: { movementId, productId, sku, delta, onHand, reserved },
    },
  ]);
  return movement!;
}
