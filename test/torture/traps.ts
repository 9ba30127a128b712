import { pause } from '../../src/shared/pause.ts';
import { lockRows, waitUntilBlocked } from '../support/locked-rows.ts';
import { stopPlacement } from '../support/queued.ts';
import type { WorkedShop } from './worked-shop.ts';

/** Set while no worker runs. A worker that is caught is in the middle of a job of its kind. */
export interface Trap {
  /** Rejects if no worker is caught for long: another kill may have interrupted the job it was set for. */
  readonly sprung: Promise<void>;
  release(): Promise<void>;
}

export const kinds = [
  'orders.place-queued',
  'notifications.send-mail',
  'webhooks.deliver',
] as const;
export type Kind = (typeof kinds)[number];

type SetTrap = (shop: WorkedShop) => Promise<Trap>;

/** Longer than the longest lease, that of a mail, and the wait for the next rescue. */
const PATIENCE_MS = 90_000;
const LOOK_MS = 3;

/** Named by what the worker has done of the job when it is caught. */
export const traps: Readonly<Record<Kind, Readonly<Record<string, SetTrap>>>> = {
  'orders.place-queued': {
    'before its first change': (shop) => holdUpPlacement(shop, stopPlacement[0]),
    'with everything written but the stock': (shop) => holdUpPlacement(shop, stopPlacement[1]),
    'somewhere in a round': trapRunning,
  },
  'notifications.send-mail': {
    'before the mail is accepted': (shop) => holdUpMail(shop, false),
    'before it learns that it was accepted': (shop) => holdUpMail(shop, true),
    'before it is recorded': (shop) =>
      holdUp(shop, 'lock table mail_messages in exclusive mode', [], '%insert into mail_messages%'),
  },
  'webhooks.deliver': {
    'before the response': (shop) => catchDelivery(shop, false),
    'with the response on its way': (shop) => catchDelivery(shop, true),
  },
};

async function holdUp(
  { database }: WorkedShop,
  statement: string,
  parameters: unknown[],
  pattern = '%',
): Promise<Trap> {
  const held = await lockRows(database, statement, parameters);
  const sprung = waitUntilBlocked(database, pattern, PATIENCE_MS);
  sprung.catch(() => {});
  return { sprung, release: held.release };
}

async function holdUpPlacement(shop: WorkedShop, statement: string): Promise<Trap> {
  const [next] = await shop.database.run<{ id: string }>(
    'torture.next_in_queue',
    // An order that will be refused touches no stock.
    `select queued_orders.order_id as id
       from queued_orders
       join order_lines on order_lines.order_id = queued_orders.order_id
       join stock on stock.product_id = order_lines.product_id
      where stock.on_hand - stock.reserved > (select count(*) from queued_orders)
      order by queued_orders.vip desc, queued_orders.arrival
      limit 1`,
    [],
  );
  return next === undefined ? trapRunning(shop) : holdUp(shop, statement, [next.id]);
}

/** Jobs left by killed workers also count as running until their leases expire. */
async function trapRunning({ database }: WorkedShop): Promise<Trap> {
  const left = (await runningJobs(database)).map(({ leaseToken }) => leaseToken);
  const sprung = untilRunning(database, left);
  sprung.catch(() => {});
  return { sprung, release: async () => {} };
}

/** Looks often, because a job that its worker has leased from the beginning may run for a few milliseconds. */
async function untilRunning(database: WorkedShop['database'], left: readonly string[]) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const [row] = await database.run(
      'torture.running_anew',
      `select id
         from jobs
        where name = 'orders.place-queued'
          and state = 'running'
          and lease_token <> all($1::uuid[])
        limit 1`,
      [left],
    );
    if (row !== undefined) return;
    if (performance.now() > deadline) throw new Error('no worker was caught');
    await pause(LOOK_MS);
  }
}

async function holdUpMail({ smtp }: WorkedShop, taken: boolean): Promise<Trap> {
  const { promise, resolve } = patiently();
  smtp.trouble = { at: 'hang', taken, onHang: resolve };
  return {
    sprung: promise,
    async release() {
      smtp.trouble = null;
    },
  };
}

async function catchDelivery({ receiver }: WorkedShop, answered: boolean): Promise<Trap> {
  const { promise, resolve } = patiently();
  receiver.answer(() => (response) => {
    if (answered) response.writeHead(204).end();
    resolve();
  });
  return {
    sprung: promise,
    async release() {
      receiver.answer(() => 204);
    },
  };
}

function patiently() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => {});
  const timer = setTimeout(() => reject(new Error('no worker was caught')), PATIENCE_MS);
  void promise.finally(() => clearTimeout(timer)).catch(() => {});
  return { promise, resolve };
}

export function runningJobs(
  database: WorkedShop['database'],
): Promise<{ name: Kind; leaseToken: string }[]> {
  return database.run(
    'torture.running',
    `select name, lease_token as "leaseToken" from jobs where state = 'running'`,
    [],
  );
}
