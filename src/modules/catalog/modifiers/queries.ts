import { statement } from '../../../database/statement.ts';
import type { ModifierGroup, StoredGroup } from './modifier-group.ts';

/** All groups, with all of their modifiers. */
export const findModifierGroups = statement<[], ModifierGroup>(
  'catalog.find_modifier_groups',
  `select id, name, min, max,
          coalesce(
            (select json_agg(json_build_object(
                      'code', code, 'name', name, 'priceMinor', price_minor,
                      'quantityMax', quantity_max, 'active', active, 'productId', product_id)
                    order by place)
               from modifiers
              where group_id = modifier_groups.id), '[]') as modifiers
     from modifier_groups
    order by id`,
);

const columns = `
  modifier_groups.id, modifier_groups.name, modifier_groups.min, modifier_groups.max,
  modifier_groups.currency, modifier_groups.version, modifier_groups.created_at as "createdAt",
  modifier_groups.updated_at as "updatedAt",
  coalesce(
    (select json_agg(json_build_object(
              'code', modifiers.code, 'name', modifiers.name, 'priceMinor', modifiers.price_minor,
              'quantityMax', modifiers.quantity_max, 'active', modifiers.active,
              'productId', modifiers.product_id, 'sku', products.sku,
              'available', case when products.active then stock.on_hand - stock.reserved
                                when not products.active then 0 end)
            order by modifiers.place)
       from modifiers
       left join products on products.id = modifiers.product_id
       left join stock on stock.product_id = modifiers.product_id
      where modifiers.group_id = modifier_groups.id), '[]') as modifiers`;

/** Finds groups with the stock of their modifiers, in no particular order. Missing ones are left out. */
export const findGroups = statement<[ids: readonly string[]], StoredGroup>(
  'catalog.find_groups',
  `select ${columns}
     from modifier_groups
    where modifier_groups.id = any($1::uuid[])`,
);

/** Lists groups in the order of their creation, after `afterId` if given. */
export const listGroups = statement<[afterId: string | null, limit: number], StoredGroup>(
  'catalog.list_groups',
  `select ${columns}
     from modifier_groups
    where $1::uuid is null
       or modifier_groups.id > $1::uuid
    order by modifier_groups.id
    limit $2::int`,
);

/** Keeps groups from being deleted until the transaction ends, and returns those that exist. */
export const shareGroups = statement<[ids: readonly string[]], { id: string }>(
  'catalog.share_groups',
  `select id
     from modifier_groups
    where id = any($1::uuid[])
    order by id
      for key share`,
);

/**
 * Locks what each change of a group ends with changing. Taken first, it serialises them, so that two groups that
 * exchange codes cannot deadlock, and what is read next stays true.
 */
export const lockPriceVersion = statement<[], never>(
  'catalog.lock_price_version',
  `select
     from price_versions
      for no key update`,
);

export const insertGroup = statement<
  [id: string, name: string, min: number, max: number, currency: string],
  { version: number; createdAt: Date; updatedAt: Date }
>(
  'catalog.insert_group',
  `insert into modifier_groups (id, name, min, max, currency)
   values ($1::uuid, $2::text, $3::int, $4::int, $5::text)
   returning version, created_at as "createdAt", updated_at as "updatedAt"`,
);

export const changeGroup = statement<
  [id: string, name: string, min: number, max: number],
  { version: number; updatedAt: Date }
>(
  'catalog.change_group',
  `update modifier_groups
      set name = $2::text,
          min = $3::int,
          max = $4::int,
          version = version + 1,
          updated_at = now()
    where id = $1::uuid
   returning version, updated_at as "updatedAt"`,
);

/** Throws `catalog.group_in_use`. */
export const deleteGroup = statement<[id: string], never>(
  'catalog.delete_group',
  `delete from modifier_groups
    where id = $1::uuid`,
);

/**
 * Replaces the modifiers of a group. `rows` is a JSON array of objects with the columns as members, except `group_id`.
 * Returns the codes that the group now has: those of another group are left alone and not returned.
 */
export const replaceModifiers = statement<[groupId: string, rows: string], { code: string }>(
  'catalog.replace_modifiers',
  `with given as materialized (
     select code, place, name, price_minor, quantity_max, product_id, active
       from jsonb_to_recordset($2::jsonb) as modifier
         (code text, place smallint, name text, price_minor bigint, quantity_max integer,
          product_id uuid, active boolean)),
   removed as (
     delete from modifiers
      where group_id = $1::uuid
        and code not in (select code from given))
   insert into modifiers (code, group_id, place, name, price_minor, quantity_max, product_id, active)
   select code, $1::uuid, place, name, price_minor, quantity_max, product_id, active
     from given
   on conflict (code) do update
     set place = excluded.place,
         name = excluded.name,
         price_minor = excluded.price_minor,
         quantity_max = excluded.quantity_max,
         product_id = excluded.product_id,
         active = excluded.active
   where modifiers.group_id = excluded.group_id
   returning code`,
);
