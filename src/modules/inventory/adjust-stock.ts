import type { Database, Transaction } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { findActorNamesById } from '../accounts/index.ts';
import { catalogErrors, findProducts, STOCK_MAX } from '../catalog/index.ts';
import { inventoryErrors } from './errors.ts';
import { presentMovement } from './present-movement.ts';
import { changeOnHand, lockStock } from './queries.ts';
import { recordCorrection } from './record-correction.ts';
import type { AdjustStockInput, MovementView } from './schemas.ts';

/**
 * Corrects the units on hand, with a reason. Throws `catalog.not_found`, `inventory.below_reserved` if fewer would
 * remain than open orders reserve, and `request.invalid` for a delta of 0 or more than `STOCK_MAX` units on hand.
 */
export async function adjustStock(
  database: Database,
  context: RequestContext,
  productId: string,
  input: AdjustStockInput,
): Promise<Once<MovementView>> {
  if (input.delta === 0) {
    throw invalidInput('/delta', 'A correction must add or remove at least one unit.');
  }
  return once(database, context.claim, (tx) => adjust(tx, context, productId, input));
}

async function adjust(
  tx: Transaction,
  { caller, actor, cause }: RequestContext,
  productId: string,
  { delta, reason }: AdjustStockInput,
): Promise<MovementView> {
  const [stock] = await lockStock(tx, [productId]);
  const [product] = await findProducts(tx, { ids: [productId] });
  if (stock === undefined || product === undefined) throw new CodedError(catalogErrors.notFound);
  const { onHand, reserved } = stock;
  if (onHand + delta < reserved) {
    throw new CodedError(inventoryErrors.belowReserved, { extensions: { onHand, reserved } });
  }
  if (onHand + delta > STOCK_MAX) {
    throw invalidInput('/delta', `The stock would exceed ${STOCK_MAX} units.`);
  }
  const [after] = await changeOnHand(tx, productId, delta);
  const movement = await recordCorrection(tx, {
    kind: 'adjustment',
    productId,
    sku: product.sku,
    delta,
    reason,
    ...after!,
    actor,
    cause,
  });
  return presentMovement(movement, await findActorNamesById(tx, caller, [actor.id]));
}
