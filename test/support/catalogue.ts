import type { Database } from '../../src/database/database.ts';
import { type Catalog, createCatalog } from '../../src/modules/catalog/index.ts';
import { createInventory, type Inventory, openStock } from '../../src/modules/inventory/index.ts';
import { createCursors } from '../../src/shared/pagination.ts';

const cursors = createCursors('thirty-two bytes of secret for tests');

/** Creates the catalogue module of a shop that sells in pounds, on a test's database. */
export function createTestCatalog(database: Database): Catalog {
  return createCatalog({ database, cursors, currency: 'GBP', openStock }).api;
}

export function createTestInventory(database: Database): Inventory {
  return createInventory({ database, cursors }).api;
}
