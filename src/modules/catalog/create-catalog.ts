import type { Database, Transaction } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { Queryable } from '../../database/statement.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Caller } from '../../shared/caller.ts';
import { CodedError } from '../../shared/errors.ts';
import type { Cursors, Page } from '../../shared/pagination.ts';
import { type Author, createProduct, type OpenStock } from './create-product.ts';
import { catalogErrors } from './errors.ts';
import { listProducts } from './list-products.ts';
import { presentProduct, seesShelf } from './present-product.ts';
import type { StockedProduct } from './product.ts';
import { findProduct, lockProduct } from './queries.ts';
import { requireCurrency } from './require-currency.ts';
import type {
  CreateProductInput,
  ListProductsInput,
  ProductView,
  UpdateProductInput,
} from './schemas.ts';
import { updateProduct } from './update-product.ts';

export interface CatalogDeps {
  readonly database: Database;
  /** Where lists are read: may lag. Default: the database. */
  readonly reads?: Queryable;
  readonly cursors: Cursors;
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
  readonly openStock: OpenStock;
}

export interface Catalog {
  listProducts(caller: Caller | null, input: ListProductsInput): Promise<Page<ProductView>>;
  /** Throws `catalog.not_found`, also for an inactive product that this caller may not see. */
  getProduct(caller: Caller | null, productId: string): Promise<ProductView>;
  createProduct(context: RequestContext, input: CreateProductInput): Promise<Once<ProductView>>;
  updateProduct(
    context: RequestContext,
    productId: string,
    input: UpdateProductInput,
    accepted: readonly number[] | null,
  ): Promise<Once<ProductView>>;
  /** Makes a product inside somebody else's transaction: for imports and demo data. */
  addProduct(tx: Transaction, input: CreateProductInput, author: Author): Promise<StockedProduct>;
  /** Edits a product inside somebody else's transaction, whatever its version: for imports. Throws `catalog.not_found`. */
  editProduct(
    tx: Transaction,
    productId: string,
    input: UpdateProductInput,
  ): Promise<{ readonly changed: boolean }>;
}

export function createCatalog(deps: CatalogDeps): Catalog {
  const { database, cursors, currency } = deps;
  return {
    listProducts: (caller, input) => listProducts(deps.reads ?? database, cursors, caller, input),
    async getProduct(caller, productId) {
      const [product] = await findProduct(database, productId);
      if (product === undefined || !(product.active || seesShelf(caller))) {
        throw new CodedError(catalogErrors.notFound);
      }
      return presentProduct(product, caller);
    },
    async createProduct(context, input) {
      requireCurrency(input.price, currency);
      return once(database, context.claim, async (tx) =>
        presentProduct(await createProduct(tx, deps, input, context), context.caller),
      );
    },
    async updateProduct(context, productId, input, accepted) {
      requireCurrency(input.price, currency);
      return once(database, context.claim, async (tx) =>
        presentProduct(await updateProduct(tx, productId, input, accepted), context.caller),
      );
    },
    addProduct: (tx, input, author) => createProduct(tx, deps, input, author),
    async editProduct(tx, productId, input) {
      requireCurrency(input.price, currency);
      const [before] = await lockProduct(tx, productId);
      const after = await updateProduct(tx, productId, input, null);
      return { changed: after.version !== before?.version };
    },
  };
}
