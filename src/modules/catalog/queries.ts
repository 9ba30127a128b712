import { type Queryable, statement } from '../../database/statement.ts';
import type { Product, StockedProduct } from './product.ts';

export const findProductsStatement = statement<
  [ids: readonly string[], skus: readonly string[]],
  Product
>(
  'catalog.find_products',
  `select id, sku, name, price_minor as "priceMinor", currency, active
     from products
    where id = any($1::uuid[])
       or sku = any($2::text[])`,
);

/**
 * Finds products by id or SKU, active or not, in no particular order, in one statement. Missing products are left out.
 */
export function findProducts(
  db: Queryable,
  wanted: { readonly ids?: readonly string[]; readonly skus?: readonly string[] },
): Promise<Product[]> {
  return findProductsStatement(db, wanted.ids ?? [], wanted.skus ?? []);
}

/** Of several products with the same name, always returns the oldest. */
export const findProductsByName = statement<
  [names: readonly string[]],
  { id: string; sku: string; name: string }
>(
  'catalog.find_products_by_name',
  `select distinct on (name) id, sku, name
     from products
    where name = any($1::text[])
    order by name, id`,
);

export const countProducts = statement<[], { count: number }>(
  'catalog.count_products',
  'select count(*)::int as count from products',
);

const columns = `
  products.id, products.sku, products.name, products.description,
  products.price_minor as "priceMinor", products.currency, products.active,
  products.tax_category as "taxCategory", products.category, products.position,
  products.modifier_group_ids as "modifierGroupIds", products.version,
  products.created_at as "createdAt", products.updated_at as "updatedAt",
  stock.on_hand as "onHand", stock.reserved`;

export const findProduct = statement<[productId: string], StockedProduct>(
  'catalog.find_product',
  `select ${columns}
     from products
     join stock on stock.product_id = products.id
    where products.id = $1::uuid`,
);

/** Does the same, and locks the product against other edits. The stock is not locked, so that orders can continue. */
export const lockProduct = statement<[productId: string], StockedProduct>(
  'catalog.lock_product',
  `select ${columns}
     from products
     join stock on stock.product_id = products.id
    where products.id = $1::uuid
      for no key update of products`,
);

/**
 * `search` is a term in SKU or name; `available` is true, false, or null for both. Starts after (name, id) if given.
 */
export const listProducts = statement<
  [
    withInactive: boolean,
    search: string | null,
    available: boolean | null,
    afterName: string | null,
    afterId: string | null,
    limit: number,
  ],
  StockedProduct
>(
  'catalog.list_products',
  `select ${columns}
     from products
     join stock on stock.product_id = products.id
    where ($1::boolean or products.active)
      and ($2::text is null
           or products.search_key like (select search_pattern($2::text)))
      and ($3::boolean is null
           or (products.active and stock.on_hand > stock.reserved) = $3::boolean)
      and ($4::text is null or (products.name, products.id) > ($4::text, $5::uuid))
    order by products.name, products.id
    limit $6::int`,
);

/**
 * Does the same by place in the menu: sections by the lowest position among their products and by name, products without
 * a section last, and by position and name in a section. Every call sorts all products, because an index cannot contain
 * the position of a section: among 5,000 products it costs 10 ms more than the list by name. Starts after a product.
 */
export const listMenu = statement<
  [
    withInactive: boolean,
    search: string | null,
    available: boolean | null,
    afterId: string | null,
    limit: number,
  ],
  StockedProduct
>(
  'catalog.list_menu',
  `with sections as (
     select coalesce(category, '') as section, min(position) as section_position
       from products
      group by section
   ), menu as (
     select products.id, products.category is null as is_last, sections.section_position,
            sections.section, products.position, products.name
       from products
       join sections on sections.section = coalesce(products.category, '')
   )
   select ${columns}
     from menu
     join products on products.id = menu.id
     join stock on stock.product_id = products.id
    where ($1::boolean or products.active)
      and ($2::text is null
           or products.search_key like (select search_pattern($2::text)))
      and ($3::boolean is null
           or (products.active and stock.on_hand > stock.reserved) = $3::boolean)
      and ($4::uuid is null
           or (is_last, section_position, section, menu.position, menu.name, menu.id)
              > (select is_last, section_position, section, position, name, id
                   from menu
                  where id = $4::uuid))
    order by is_last, section_position, section, menu.position, menu.name, menu.id
    limit $5::int`,
);

export const insertProduct = statement<
  [
    id: string,
    sku: string,
    name: string,
    description: string,
    priceMinor: number,
    currency: string,
    active: boolean,
    taxCategory: string,
    category: string | null,
    position: number,
    modifierGroupIds: readonly string[],
  ],
  { version: number; createdAt: Date; updatedAt: Date }
>(
  'catalog.insert_product',
  `insert into products (id, sku, name, description, price_minor, currency, active,
                         tax_category, category, position, modifier_group_ids)
   values ($1::uuid, $2::text, $3::text, $4::text, $5::bigint, $6::text, $7::boolean,
           $8::text, $9::text, $10::int, $11::uuid[])
   returning version, created_at as "createdAt", updated_at as "updatedAt"`,
);

export const changeProduct = statement<
  [
    id: string,
    name: string,
    description: string,
    priceMinor: number,
    active: boolean,
    taxCategory: string,
    category: string | null,
    position: number,
    modifierGroupIds: readonly string[],
  ],
  { version: number; updatedAt: Date }
>(
  'catalog.change_product',
  `update products
      set name = $2::text,
          description = $3::text,
          price_minor = $4::bigint,
          active = $5::boolean,
          tax_category = $6::text,
          category = $7::text,
          position = $8::int,
          modifier_group_ids = $9::uuid[],
          version = version + 1,
          updated_at = now()
    where id = $1::uuid
   returning version, updated_at as "updatedAt"`,
);
