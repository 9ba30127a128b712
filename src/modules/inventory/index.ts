/**
 * Inventory: how many units of a product there are. Owns the stock, its reservations and the stock ledger. A
 * transaction that also locks customers or orders locks those first.
 */
export { consumeStock, type OrderMovement, returnStock } from './consume-stock.ts';
export { createInventory } from './create-inventory.ts';
export { inventoryDeclaration } from './declaration.ts';
export { inventoryErrors } from './errors.ts';
export { openStock } from './open-stock.ts';
export { findOffers, lockOffers, lockStock, type OfferRow } from './queries.ts';
export { releaseStock, reserveStock, type StockLine } from './reserve-stock.ts';
export type { Inventory } from './use-cases.ts';
