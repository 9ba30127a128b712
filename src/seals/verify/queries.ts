import { type Statement, statement } from '../../database/statement.ts';
import { buildCanonicalRow, type Columns, formats } from '../canonical-row.ts';
import type { LeafList } from '../leaf-list.ts';
import { type SealRow, sealColumns } from '../queries.ts';
import type { LogName } from '../seal.ts';
import { FINDINGS_MAX } from './finding.ts';

export interface SealLeavesRow extends SealRow {
  /** Null outside the positions that are asked for. */
  leaves: LeafList | null;
}

/**
 * Returns the seals after a number, oldest first, and the leaves of those whose last position is in the range of their log. It
 * returns as many seals as have `rows` rows, since leaves take most of the memory, and of those that share a number all or none.
 */
export const findSealsWithLeaves = statement<
  [
    after: number,
    upTo: number,
    rows: number,
    logs: readonly LogName[],
    firsts: readonly number[],
    lasts: readonly number[],
  ],
  SealLeavesRow
>(
  'seals.find_with_leaves',
  `select ${sealColumns},
          case when exists (
                 select
                   from unnest($4::text[], $5::bigint[], $6::bigint[]) as range (log, first, last)
                  where range.log = seals.log
                    and seals.last between range.first and range.last)
               then leaves end as leaves
     from (
       select *, sum(rows) over (order by number range between unbounded preceding and 1 preceding) as before
         from log_seals
        where number > $1::bigint
          and number <= $2::bigint
        order by number
        fetch first 500 rows with ties) as seals
    where before is null
       or before < $3::int
    order by number`,
);

/** Returns the number of the seal with a hash. Reads all seals, since only a seal that was altered needs it. */
export const findSealNumber = statement<[hash: string], { number: number }>(
  'seals.find_number',
  `select number
     from log_seals
    where hash = decode($1::text, 'hex')
    limit 1`,
);

export const findSealHashes = statement<
  [numbers: readonly number[]],
  { number: number; hash: string }
>(
  'seals.find_hashes',
  `select number, encode(hash, 'hex') as hash
     from log_seals
    where number = any($1::bigint[])`,
);

interface PerLog<T> {
  readonly events: T;
  readonly audit: T;
}

/** Builds a statement for each log. */
function perLog<T>(build: (log: LogName) => T): PerLog<T> {
  return { events: build('events'), audit: build('audit') };
}

type FindPeriod = Statement<
  [from: string, to: string],
  { first: number | null; last: number | null }
>;

/**
 * Returns the positions around the rows of a period: those of the rows before and after them, null if there are none. These belong to
 * it, because a time may have been altered. It also counts, so that the planner uses the index on the time.
 */
export const findPeriod: PerLog<FindPeriod> = perLog((log) =>
  statement(
    `seals.find_period_${log}`,
    `select case
              when first is null then (select max(position) from ${log} where at < $1::timestamptz)
              else (select max(position) from ${log} where position < first)
            end as first,
            case
              when last is null then (select min(position) from ${log} where at >= $2::timestamptz)
              else (select min(position) from ${log} where position > last)
            end as last
       from (
         select min(position) as first, max(position) as last, count(*)
           from ${log}
          where at >= $1::timestamptz
            and at < $2::timestamptz) as period`,
  ),
);

type FindBeneath = Statement<[position: number], { position: number; id: string }>;

/**
 * Returns rows at a position or beneath it. Nothing but alteration brings them there, so their positions, which may be larger than exact
 * numbers, are rounded.
 */
export const findBeneath: PerLog<FindBeneath> = perLog((log) =>
  statement(
    `seals.find_beneath_${log}`,
    `select position::double precision as position, id
       from ${log}
      where position <= $1::bigint
      order by position
      limit ${FINDINGS_MAX}`,
  ),
);

/** Returns the last position of the first seal of a log that ends at a position or after it; null if there is none. */
export const findSealEnd = statement<[log: LogName, position: number], { last: number | null }>(
  'seals.find_end',
  `select min(last) as last
     from log_seals
    where log = $1::text
      and last >= $2::bigint`,
);

type FindLeafAs = Statement<[position: number, other: number], { leaf: string }>;

function findLeafAsOf(log: LogName, format: string, columns: Columns): FindLeafAs {
  const others = Object.keys(columns).filter((name) => name !== 'position');
  return statement(
    `seals.find_leaf_as_${log}_${format}`,
    `select encode(sha256(convert_to(${buildCanonicalRow(columns)}, 'UTF8')), 'hex') as leaf
       from (
         select $2::bigint as position, ${others.join(', ')}
           from ${log}
          where position = $1::bigint) as placed`,
  );
}

/** The leaf that the row at a position would have at another one, by format and log. */
export const findLeafAs: Readonly<Record<string, PerLog<FindLeafAs>>> = Object.fromEntries(
  Object.entries(formats).map(([format, columns]) => [
    format,
    perLog((log) => findLeafAsOf(log, format, columns[log])),
  ]),
);
