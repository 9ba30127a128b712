import { statement } from '../../../database/statement.ts';

/** What a text that was searched for stands in. */
export interface SearchMatches {
  /** SKUs and the names they were sold by, at the same places. */
  readonly skus: readonly string[];
  readonly names: readonly string[];
  readonly customerIds: readonly string[];
  readonly numbers: readonly string[];
}

/**
 * Goes from the few to the many: through what was sold and the addresses of customers, which are far fewer than orders.
 * Each part stops after one too many. The index of addresses is asked for what stands before a domain, and `|| ''` keeps
 * the rest from it: the trigrams of a domain that nearly all of 50,000 customers share cost 22 ms.
 */
const find = (key: (column: string) => string) => `with named as materialized (
     select sku, name
       from sold_names
      where ${key('search_key')} like (select search_pattern($1::text))
      limit $3::int + 1),
   addressed as materialized (
     select id
       from users
      where ${key('folded_email')} like (select search_pattern($6::text))
        and (folded_email || '') like (select search_pattern($5::text))
      limit $3::int + 1),
   numbered as materialized (
     select number
       from orders
      where number >= $1::text
        and number < $2::text
      limit $4::int + 1)
   select array(select sku from named) as skus,
          array(select name from named) as names,
          array(select id from addressed) as "customerIds",
          (select coalesce(array_agg(number), '{}') from numbered having count(*) <= $4::int) as numbers`;

type Parameters = [
  text: string,
  numberBelow: string,
  matchesMax: number,
  numbersMax: number,
  address: string,
  addressPart: string,
];
interface Row {
  skus: string[];
  names: string[];
  customerIds: string[];
  /** Null: too many. */
  numbers: string[] | null;
}

/** By the indexes of trigrams. */
export const findMatchesByIndex = statement<Parameters, Row>(
  'orders.find_matches_by_index',
  find((column) => column),
);

/** By a look at each name and address: a text that has no trigram would make the index give all of them. */
export const findMatchesByScan = statement<Parameters, Row>(
  'orders.find_matches_by_scan',
  find((column) => `(${column} || '')`),
);
