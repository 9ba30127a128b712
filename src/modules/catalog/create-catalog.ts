import type { Database } from '../../database/database.ts';
import { once } from '../../database/idempotency.ts';
import type { Queryable } from '../../database/statement.ts';
import { CodedError } from '../../shared/errors.ts';
import type { Cursors } from '../../shared/pagination.ts';
import type { Module } from '../module.ts';
import { createProduct, type OpenStock } from './create-product.ts';
import { catalogErrors } from './errors.ts';
import { listProducts } from './list-products.ts';
import { createModifierGroups } from './modifiers/create-modifier-groups.ts';
import { registerModifierGroupRoutes } from './modifiers/routes.ts';
import { presentProductWithGroups, seesStockLevels } from './present-product.ts';
import { findProduct, lockProduct } from './queries.ts';
import { requireCurrency } from './require-currency.ts';
import { registerCatalogRoutes } from './routes.ts';
import { updateProduct } from './update-product.ts';
import type { Catalog } from './use-cases.ts';

export interface CatalogDependencies {
  readonly database: Database;
  /** Where lists are read; may lag. Default: the database. */
  readonly reads?: Queryable;
  readonly cursors: Cursors;
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
  readonly openStock: OpenStock;
}

export function createCatalog(dependencies: CatalogDependencies): Module<Catalog> {
  const { database, cursors, currency, reads = database } = dependencies;
  const catalog: Catalog = {
    ...createModifierGroups({ database, reads, cursors, currency }),
    listProducts: (caller, input) => listProducts(reads, cursors, caller, input),
    async getProduct(caller, productId) {
      const [product] = await findProduct(database, productId);
      if (product === undefined || !(product.active || seesStockLevels(caller))) {
        throw new CodedError(catalogErrors.notFound);
      }
      return presentProductWithGroups(database, product, caller);
    },
    async createProduct(context, input) {
      requireCurrency(input.price, currency);
      return once(database, context.claim, async (tx) => {
        const product = await createProduct(tx, dependencies, input, context);
        return presentProductWithGroups(tx, product, context.caller);
      });
    },
    async updateProduct(context, productId, input, accepted) {
      requireCurrency(input.price, currency);
      return once(database, context.claim, async (tx) => {
        const product = await updateProduct(tx, productId, input, accepted, context);
        return presentProductWithGroups(tx, product, context.caller);
      });
    },
    addProduct: (tx, input, author) => createProduct(tx, dependencies, input, author),
    async editProduct(tx, productId, input, author) {
      requireCurrency(input.price, currency);
      const [before] = await lockProduct(tx, productId);
      const after = await updateProduct(tx, productId, input, null, author);
      return { changed: after.version !== before?.version };
    },
  };
  return {
    api: catalog,
    routes: (app) => {
      registerCatalogRoutes(app, catalog);
      registerModifierGroupRoutes(app, catalog);
    },
  };
}
