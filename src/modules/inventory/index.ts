/**
 * Inventory: how much of a product there is. Owns the stock, its reservations and the ledger that explains it. Whoever
 * locks customers or orders too locks those first.
 */
export { consumeStock, type OrderMovement, returnStock } from './consume-stock.ts';
export { createInventory, type Inventory, type InventoryDeps } from './create-inventory.ts';
export { inventoryConstraints, inventoryErrors } from './errors.ts';
export { openStock } from './open-stock.ts';
export { findOffers, lockOffers, lockStock, type OfferRow, type StockRow } from './queries.ts';
export { releaseStock, reserveStock, type StockLine } from './reserve-stock.ts';
export { registerInventoryRoutes } from './routes.ts';
