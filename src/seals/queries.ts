import { type Statement, statement } from '../database/statement.ts';
import { buildCanonicalRow, type Columns, formats } from './canonical-row.ts';
import type { LeafList } from './leaf-list.ts';
import type { LogName, Seal, SealContent } from './seal.ts';

type ReadLeaves = Statement<
  [after: number, upTo: number, limit: number],
  { leaves: LeafList | null; at: Date }
>;

/**
 * Builds the statement that returns the list of the rows after a position up to another one, at most `limit`, or null if there are
 * none, and the time. The caller passes settled positions. Of rows at one position, which only an alteration leaves there, it
 * returns all or none, so that no slice ends between them.
 */
function readLeavesOf(log: LogName, format: string, columns: Columns): ReadLeaves {
  return statement(
    `seals.read_${log}_${format}`,
    `select string_agg(int8send(position) || uuid_send(id) || sha256(convert_to(canonical, 'UTF8')), '' order by position)
              as leaves,
            clock_timestamp() as at
       from (
         select position, id,
                ${buildCanonicalRow(columns)} as canonical
           from ${log}
          where position > $1::bigint
            and position <= $2::bigint
          order by position
          fetch first ($3::int) rows with ties) as rows`,
  );
}

/** By format and log. */
export const readLeaves: Readonly<Record<string, Readonly<Record<LogName, ReadLeaves>>>> =
  Object.fromEntries(
    Object.entries(formats).map(([format, { events, audit }]) => [
      format,
      {
        events: readLeavesOf('events', format, events),
        audit: readLeavesOf('audit', format, audit),
      },
    ]),
  );

/**
 * Returns where the chain of both logs ends, which is at the newest seal that there ever was, and the sealed part of one log. What
 * removed seals answered for is sealed once more.
 */
export const findChainEnd = statement<
  [log: LogName],
  { number: number; hash: string | null; after: number }
>(
  'seals.find_chain_end',
  `select coalesce(ends.number, 0) as number, encode(ends.hash, 'hex') as hash,
          (select coalesce(max(last), 0) from log_seals where log = $1::text) as after
     from (values (1)) as one
     left join find_chain_end() as ends on true`,
);

/** Returns the number of the newest seal that there ever was. */
export const findNewestNumber = statement<[], { number: number }>(
  'seals.find_newest_number',
  `select number
     from newest_seal`,
);

/**
 * Returns whether seals are gone that were there: one that is given, if any, the newest that there ever was, or one that was the newest
 * when it was missed.
 */
export const findLoss = statement<
  [number: number | null, hash: string | null],
  { isLost: boolean }
>(
  'seals.find_loss',
  `select exists (
            select
              from (
                select number, hash
                  from newest_seal
                 where number > 0
                 union all
                select lost, null
                  from newest_seal
                 where lost is not null
                 union all
                select $1::bigint, decode($2::text, 'hex')
                 where $1::bigint is not null) as expected
             where not exists (
               select
                 from log_seals
                where log_seals.number = expected.number
                  and (expected.hash is null or log_seals.hash = expected.hash))) as "isLost"`,
);

/**
 * Returns no row if the number is taken: another server has sealed. The conflict names no key, because two that insert the same seal
 * at the same moment may meet at either.
 */
export const insertSeal = statement<
  [content: string, hash: string, signature: string, leaves: LeafList],
  { number: number }
>(
  'seals.insert',
  `insert into log_seals (number, format, log, previous, rows, first, last, root, hash, signature, at, leaves)
   select number, format, log, decode(previous, 'hex'), rows, first, last, decode(root, 'hex'), decode($2::text, 'hex'),
          decode($3::text, 'base64'), at, $4::bytea
     from jsonb_to_record($1::jsonb) as content (number bigint, format smallint, log text, previous text, rows integer,
                                                 first bigint, last bigint, root text, at timestamptz)
   on conflict do nothing
   returning number`,
);

export const sealColumns = `number, format, log, encode(previous, 'hex') as previous, rows, first, last, encode(root, 'hex') as root,
          encode(hash, 'hex') as hash, replace(encode(signature, 'base64'), e'\\n', '') as signature, at`;

export interface SealRow extends Omit<SealContent, 'at'>, Pick<Seal, 'hash' | 'signature'> {
  at: Date;
}

/** Returns the seals after a number, oldest first: at most `limit`, but of those that share a number all or none. */
export const findSeals = statement<[after: number, limit: number], SealRow>(
  'seals.find',
  `select ${sealColumns}
     from log_seals
    where number > $1::bigint
    order by number
    fetch first ($2::int) rows with ties`,
);

/** Returns the seals before a number, newest first. */
export const findNewestSeals = statement<[before: number, limit: number], SealRow>(
  'seals.find_newest',
  `select ${sealColumns}
     from log_seals
    where number < $1::bigint
    order by number desc
    limit $2::int`,
);

export const findSealLeaves = statement<[number: number], { leaves: LeafList }>(
  'seals.find_leaves',
  `select leaves
     from log_seals
    where number = $1::bigint`,
);

/** Returns how many rows of each log are not sealed, and the age of the oldest of them; null if there are none. */
export const findUnsealed = statement<
  [],
  { log: LogName; rows: number; oldestSeconds: number | null }
>(
  'seals.find_unsealed',
  `select log, count(at)::int as rows,
          greatest(extract(epoch from clock_timestamp() - min(at)), 0)::double precision as "oldestSeconds"
     from (values ('events'), ('audit')) as logs (log)
     left join (
       select 'events' as log, at
         from events
        where position > (select coalesce(max(last), 0) from log_seals where log = 'events')
        union all
       select 'audit', at
         from audit
        where position > (select coalesce(max(last), 0) from log_seals where log = 'audit')) as unsealed using (log)
    group by log`,
);

/** Returns the age of the oldest row that is not sealed, or no row if all are. */
export const findSealLag = statement<[], { seconds: number }>(
  'seals.find_lag',
  `select greatest(extract(epoch from clock_timestamp() - min(at)), 0)::double precision as seconds
     from (
       (select at
          from events
         where position > (select coalesce(max(last), 0) from log_seals where log = 'events')
         order by position
         limit 1)
        union all
       (select at
          from audit
         where position > (select coalesce(max(last), 0) from log_seals where log = 'audit')
         order by position
         limit 1)) as oldest
   having count(*) > 0`,
);
