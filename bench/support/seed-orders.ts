import { readFileSync } from 'node:fs';
import pg from 'pg';
import { CHECK_INVARIANTS } from '../../src/modules/operations/stored-checks.ts';

const BATCH_SIZE = 10_000;
export const ORDERS_OF_A_CUSTOMER = 20;
/** Large enough that all numbers have the same length, so that none is a prefix of another one. */
export const FIRST_NUMBER = 1_000_001;

const SEED_ORDERS = readFileSync(new URL('./seed-orders.sql', import.meta.url), 'utf8');

/**
 * Extends a shop's history from `from` to `upTo` orders, of at most `ordersMax`: ended orders with lines and events,
 * whose rows have passed every trigger and constraint. No server may run on the database, because its relay's position
 * is set behind these events, as if it had relayed them.
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
    // The planner expects few rows: it would join row by row, and foreign key checks would scan whole tables that
    // started empty.
    await client.query('set enable_nestloop = off; set enable_seqscan = off');
    await client.query(
      `select setval('order_numbers', $1::bigint, false) from order_numbers where last_value < $1::bigint`,
      [FIRST_NUMBER],
    );
    await addCustomers(client, Math.ceil(wanted.upTo / ORDERS_OF_A_CUSTOMER));
    for (let seeded = wanted.from; seeded < wanted.upTo; ) {
      const last = Math.min(seeded + BATCH_SIZE, wanted.upTo);
      await client.query(SEED_ORDERS, [seeded + 1, last, wanted.ordersMax]);
      seeded = last;
      wanted.onProgress(seeded);
    }
    await client.query(
      `insert into log_readers (name, position)
       select 'relay', max(position) from events
       on conflict (name) do update set position = excluded.position`,
    );
    // The first check of the invariants reads everything, which takes seconds in a large shop. `growth` does it, and the
    // later ones, by itself, so that each measurement has as many.
    await client.query(
      `insert into schedules (name, started_at)
       values ($1::text, now() + interval '1 hour')
       on conflict (name) do update set started_at = excluded.started_at`,
      [CHECK_INVARIANTS],
    );
    // The state in which autovacuum leaves a shop that has run for a while.
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

/**
 * Adds customers up to this number, with e-mail addresses as diverse as real ones. None can sign in: the hash is
 * invalid.
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
