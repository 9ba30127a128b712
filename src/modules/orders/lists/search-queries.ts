import { statement } from '../../../database/statement.ts';

/** What a search term occurs in. */
export interface SearchMatches {
  /** SKUs and the names they were sold under, at the same indexes. */
  readonly skus: readonly string[];
  readonly names: readonly string[];
  readonly customerIds: readonly string[];
  readonly numbers: readonly string[];
}

/**
 * Searches sold names and customers' addresses, which are far fewer than orders, except those of guests. Each part stops
 * at one row above its limit. The index of addresses is used only for the part before the domain, and `|| ''` hides the
 * rest from it: the trigrams of a domain that nearly all of 50,000 customers share cost 22 ms.
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

/** Uses the trigram indexes. */
export const findMatchesByIndex = statement<Parameters, Row>(
  'orders.find_matches_by_index',
  find((column) => column),
);

/** Scans all names and addresses: for a term without a trigram, the index would return all of them. */
export const findMatchesByScan = statement<Parameters, Row>(
  'orders.find_matches_by_scan',
  find((column) => `(${column} || '')`),
);
