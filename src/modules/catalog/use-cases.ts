import type { Transaction } from '../../database/database.ts';
import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Author, Caller } from '../../shared/caller.ts';
import type { Page } from '../../shared/pagination.ts';
import type { ModifierGroups } from './modifiers/use-cases.ts';
import type { StockedProduct } from './product.ts';
import type {
  CreateProductInput,
  ListProductsInput,
  ProductView,
  UpdateProductInput,
} from './schemas.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Catalog extends ModifierGroups {
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
  /** Creates a product in the caller's transaction, for imports and demo data. */
  addProduct(tx: Transaction, input: CreateProductInput, author: Author): Promise<StockedProduct>;
  /** Edits a product in the caller's transaction, whatever its version, for imports. Throws `catalog.not_found`. */
  editProduct(
    tx: Transaction,
    productId: string,
    input: UpdateProductInput,
    author: Author,
  ): Promise<{ readonly changed: boolean }>;
}
