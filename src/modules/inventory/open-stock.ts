import type { OpenStock } from '../catalog/index.ts';
import { insertStock } from './queries.ts';
import { recordCorrection } from './record-correction.ts';

/** Gives a new product its stock, with the first entry of its ledger when there is something on the shelf. */
export const openStock: OpenStock = async (tx, opening) => {
  const { productId, onHand } = opening;
  await insertStock(tx, productId, onHand);
  if (onHand === 0) return;
  await recordCorrection(tx, {
    ...opening,
    kind: 'initial',
    delta: onHand,
    reason: 'Stock at the start.',
    reserved: 0,
  });
};
