import { fixedReasons } from '../../events/index.ts';
import type { OpenStock } from '../catalog/index.ts';
import { insertStock } from './queries.ts';
import { recordCorrection } from './record-correction.ts';

/** Creates the stock of a new product, with a first ledger entry if there are units on hand. */
export const openStock: OpenStock = async (tx, opening) => {
  const { productId, onHand } = opening;
  await insertStock(tx, productId, onHand);
  if (onHand === 0) return;
  await recordCorrection(tx, {
    ...opening,
    kind: 'initial',
    delta: onHand,
    reason: fixedReasons.initialStock,
    reserved: 0,
  });
};
