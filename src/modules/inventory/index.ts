/**
 * Inventory: how much of a product there is. Owns the stock, its reservations and the ledger that explains it. Whoever
 * locks customers or orders too locks those first.
 */
export { consumeStock, type OrderMovement, returnStock } from './consume-stock.ts';
export { createInventory } from './create-inventory.ts';
export { inventoryDeclaration } from './declaration.ts';
export { inventoryErrors } from './errors.ts';
export { openStock } from './open-stock.ts';
export { findOffers, lockOffers, lockStock, type OfferRow } from './queries.ts';
export { releaseStock, reserveStock, type StockLine } from './reserve-stock.ts';
export type { Inventory } from './use-cases.ts';
