import type { Database } from '../../database/database.ts';
import type { Cursors } from '../../shared/pagination.ts';
import type { Module } from '../module.ts';
import { adjustStock } from './adjust-stock.ts';
import { listMovements } from './list-movements.ts';
import { inventoryPersonalData } from './personal-data/part.ts';
import { registerInventoryRoutes } from './routes.ts';
import type { Inventory } from './use-cases.ts';

export interface InventoryDependencies {
  readonly database: Database;
  readonly cursors: Cursors;
}

export function createInventory({ database, cursors }: InventoryDependencies): Module<Inventory> {
  const inventory: Inventory = {
    personalData: inventoryPersonalData,
    adjustStock: (context, productId, input) => adjustStock(database, context, productId, input),
    listMovements: (caller, productId, input) =>
      listMovements(database, cursors, caller, productId, input),
  };
  return { api: inventory, routes: (app) => registerInventoryRoutes(app, inventory) };
}
