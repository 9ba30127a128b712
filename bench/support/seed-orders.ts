import { readFileSync } from 'node:fs';
import pg from 'pg';
import { CHECK_INVARIANTS } from '../../src/modules/operations/stored-violations.ts';

const AT_ONCE = 10_000;
export const ORDERS_OF_A_CUSTOMER = 20;
/** So that all have as many digits, and a number that is searched for begins no other one. */
export const FIRST_NUMBER = 1_000_001;

const spanMs = readFileSync(new URL('./seed-orders.sql', import.meta.url), 'utf8');

/**
 * Brings a shop's history, which has `from` orders, to `upTo`, of `ordersMax` that it will have at most: orders that are
 * over, with lines and events, by rows that every trigger and constraint has passed. No server may run on the database:
 * its relay is put behind what is written here, as one that has carried it.
 */
export async function seedOrders(
  url: string,
  wanted: {
    readonly from: number;
    readonly upTo: number;
    readonly ordersMax: number;
    readonly onProgress: (orders: number) => void;
  },
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // Plans guess a few rows: joins would go row by row, and foreign key checks read whole tables that began empty.
    await client.query('set enable_nestloop = off; set enable_seqscan = off');
    await client.query(
      `select setval('order_numbers', $1::bigint, false) from order_numbers where last_value < $1::bigint`,
      [FIRST_NUMBER],
    );
    await addCustomers(client, Math.ceil(wanted.upTo / ORDERS_OF_A_CUSTOMER));
    for (let seeded = wanted.from; seeded < wanted.upTo; ) {
      const last = Math.min(seeded + AT_ONCE, wanted.upTo);
      await client.query(spanMs, [seeded + 1, last, wanted.ordersMax]);
      seeded = last;
      wanted.onProgress(seeded);
    }
    await client.query(
      `insert into log_readers (name, position)
       select 'relay', max(position) from events
       on conflict (name) do update set position = excluded.position`,
    );
    // The check of all invariants reads everything, which takes seconds in a large shop: not beside what is measured.
    await client.query(
      `insert into schedules (name, started_at)
       values ($1::text, now() + interval '1 hour')
       on conflict (name) do update set started_at = excluded.started_at`,
      [CHECK_INVARIANTS],
    );
    // As autovacuum leaves a shop that has stood for a while.
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

/**
 * Until there are so many, with addresses as unlike as those of people. Nobody can sign in to these: the hash is none.
 */
async function addCustomers(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `insert into users (id, email, email_key, name, password_hash)
     select uuidv7(), address, address, 'Customer ' || number, 'none'
       from generate_series((select count(*) from users where role = 'customer') + 1, $1::int) as number,
            concat(left(md5(number::text), 6), '.', right(md5(number::text), 8), '@growth.example') as address`,
    [count],
  );
}
