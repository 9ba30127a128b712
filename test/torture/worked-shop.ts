import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Database } from '../../src/database/database.ts';
import type { UserCaller } from '../../src/shared/caller.ts';
import type { EventReceiver } from '../support/event-receiver.ts';
import { queueOrder } from '../support/queued.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createSession, type Session } from '../support/session.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { startSmtpServer, type TestSmtpServer } from '../support/smtp-server.ts';
import { createTokenIssuer } from '../support/tokens.ts';
import { addEndpoint, moveToReady } from '../support/webhooks.ts';
import { type DriverName, startCarrier } from './queue-carriers.ts';
import { startScratchDatabase } from './scratch-database.ts';

/** Per call of `feed`. */
const ORDERS = 8;
const COOKED_MAX = 2;
/** A scarce product lasts for some feedings, so that orders fail throughout the run. */
const SCARCE_UNITS = 8;
const FEEDINGS_PER_SCARCE = 5;

/** A server that accepts orders, and the targets of its workers: a mail server and a receiver of webhooks. */
export interface WorkedShop {
  readonly database: Database;
  readonly smtp: TestSmtpServer;
  readonly receiver: EventReceiver;
  /** Every order answered with a 202. */
  readonly accepted: ReadonlySet<string>;
  /** Queues orders and moves some placed ones through the kitchen. */
  feed(): Promise<void>;
  /** Resolves when the worker is ready, which is after it has begun to work. */
  startWorker(): Promise<ServerProcess>;
}

/** Starts everything on loopback with the leases and waits of the product. It ends with the stack. */
export async function openWorkedShop(
  stack: AsyncDisposableStack,
  driver: DriverName,
): Promise<WorkedShop> {
  const onEnd = (end: () => unknown) => stack.defer(async () => void (await end()));
  const { folder, postgres, database } = await startScratchDatabase(stack);
  const smtp = await startSmtpServer({}, onEnd);
  const secret = randomBytes(48).toString('base64url');
  const environment = {
    ...(await startCarrier(driver, onEnd)),
    DATABASE_URL: postgres.url,
    DATABASE_MIGRATION_URL: postgres.ownerUrl,
    DATA_DIR: join(folder, 'server'),
    JWT_SECRET: secret,
    DEMO_DATA: 'false',
    LOG_LEVEL: 'error',
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
    MAIL_DRIVER: 'smtp',
    MAIL_FROM: 'orders@shop.example',
    SMTP_URL: smtp.url,
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    // An attempt ended by a kill counts. Eight would normally make a dead letter; here a hundred are needed.
    QUEUE_ATTEMPTS_MAX: '100',
    WEBHOOK_ATTEMPTS_MAX: '100',
    // Most of a start is compiling the program. The cache is written when a process ends gracefully.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  const startWorker = () => startServerProcess({ environment: { ...environment, ROLE: 'worker' } });
  await (await startWorker()).end('SIGTERM');
  const api = await startServerProcess({ environment: { ...environment, ROLE: 'api' } });
  stack.defer(() => api.end('SIGKILL'));

  const mint = createTokenIssuer(secret);
  const findSession = (caller: UserCaller): Session =>
    createSession(api.url, {
      email: '',
      password: '',
      accessToken: mint(caller),
      userId: caller.id,
    });
  const admin = await addUser(database, { role: 'admin' });
  const customers = await Promise.all(
    [true, false, false, false].map((vip) => addUser(database, { vip })),
  );
  const { receiver } = await addEndpoint(findSession(admin), ['*'], onEnd);
  const plenty = await addProduct(database, { onHand: 1_000_000 });
  let scarce = plenty;
  let feedings = 0;
  const accepted = new Set<string>();

  async function feed(): Promise<void> {
    if (feedings % FEEDINGS_PER_SCARCE === 0) {
      scarce = await addProduct(database, { onHand: SCARCE_UNITS });
    }
    feedings += 1;
    // Created per feeding, because a run may outlast a token.
    const sessions = customers.map(findSession);
    const kitchen = findSession(admin);
    await Promise.all(
      Array.from({ length: ORDERS }, async (_, index) => {
        const { sku } = index % 3 === 0 ? scarce : plenty;
        accepted.add(await queueOrder(sessions[index % sessions.length]!, sku));
      }),
    );
    const pending = await database.run<{ id: string }>(
      'torture.pending',
      `select id from orders where status = 'PENDING' order by id limit $1::int`,
      [COOKED_MAX],
    );
    await Promise.all(pending.map(({ id }) => moveToReady(kitchen, id)));
  }

  return { database, smtp, receiver, accepted, feed, startWorker };
}
