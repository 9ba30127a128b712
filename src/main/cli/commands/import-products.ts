import { ensureProducts, productKey } from '../../../modules/orders/index.ts';
import { operatorAuthor } from '../../../shared/caller.ts';
import { money } from '../../../shared/money.ts';
import { fileArgument } from '../../config/read-config.ts';
import { print, printError } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { parseColumnMap } from '../import/column-map.ts';
import { type FileProduct, productFields, readProductsFile } from '../import/read-products.ts';
import { skuFromName } from '../import/sku-from-name.ts';
import { type CommandParts, type NewDatabaseOption, withDatabase } from './with-database.ts';

const author = operatorAuthor('import products');

export interface ImportProductsOptions extends NewDatabaseOption {
  readonly map: readonly string[];
}

/** Creates the products of a file, and updates name, price, description and place in the menu of existing ones. */
export function importProductsCommand(
  path: string,
  options: ImportProductsOptions,
): Promise<ExitCode> {
  return withDatabase({ migrated: true, secrets: true, new: options.new }, async (parts) => {
    const map = parseColumnMap(options.map, productFields);
    const { products, refused } = await readProductsFile(
      fileArgument(path),
      map,
      parts.config.currency,
    );
    const { made, changed } = await importProducts(parts, products);
    for (const sentence of refused.sentences()) printError(sentence);
    print(
      `${products.length} products read, ${refused.count} rows refused: ${made} made, ${changed} changed, ${products.length - made - changed} unchanged.`,
    );
    return refused.count === 0 ? exitCodes.ok : exitCodes.no;
  });
}

async function importProducts(
  { config, database, catalog }: CommandParts,
  products: readonly FileProduct[],
): Promise<{ made: number; changed: number }> {
  const { products: known, created } = await ensureProducts(
    {
      database,
      buildSku: skuFromName,
      createProduct: (tx, sku, { name, priceMinor, onHand, description, menu }) =>
        catalog.addProduct(
          tx,
          {
            sku,
            name,
            price: money(priceMinor, config.currency),
            onHand,
            ...(description === null ? {} : { description }),
            ...menu,
          },
          author,
        ),
    },
    products,
  );
  const changed = await database.transaction(async (tx) => {
    let count = 0;
    for (const product of products) {
      const key = productKey(product);
      if (created.has(key)) continue;
      const edit = await catalog.editProduct(
        tx,
        known.get(key)!.id,
        {
          name: product.name,
          price: money(product.priceMinor, config.currency),
          ...(product.description === null ? {} : { description: product.description }),
          ...product.menu,
        },
        author,
      );
      if (edit.changed) count += 1;
    }
    return count;
  });
  return { made: created.size, changed };
}
