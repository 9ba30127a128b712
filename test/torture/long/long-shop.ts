import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createDatabase, type Database } from '../../../src/database/database.ts';
import { loadOrCreateSecret, startEmbeddedPostgres } from '../../../src/database/embedded/index.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import { runCommand } from '../../support/command.ts';
import { type EventReceiver, startEventReceiver } from '../../support/event-receiver.ts';
import type { OnEnd } from '../../support/on-end.ts';
import { PATIENT_MS } from '../../support/patience.ts';
import { postgresProcesses, signalAll } from '../../support/postgres-processes.ts';
import { startServerProcess } from '../../support/server-process.ts';
import { createSession, type Session } from '../../support/session.ts';
import { addUser } from '../../support/shop.ts';
import { startSmtpServer, type TestSmtpServer } from '../../support/smtp-server.ts';
import { createTokenIssuer } from '../../support/tokens.ts';
import type { Victims } from '../faults.ts';
import { openAtAllHours } from './open-world.ts';
import { ProcessList } from './process-list.ts';
import type { RunState } from './state.ts';

const SERVERS = 2;
const WORKERS = 2;
/** Minutes after which an order that nobody pays ends. */
const EXPIRY_MINUTES = 0.4;

/** The whole product in processes of its own, on a database that remains in the folder of the run. */
export interface LongShop {
  readonly database: Database;
  readonly environment: Readonly<Record<string, string>>;
  readonly servers: Victims;
  readonly workers: Victims;
  readonly smtp: TestSmtpServer;
  readonly receiver: EventReceiver;
  readonly admin: UserCaller;
  readonly mint: (caller: UserCaller) => string;
}

/**
 * Starts everything, after what an earlier run on this folder may have left behind has been ended. The endpoint of the
 * webhooks is created if the state has none. Everything ends with the stack.
 */
export async function openLongShop(
  stack: AsyncDisposableStack,
  folder: string,
  state: RunState,
  signal: AbortSignal,
): Promise<LongShop> {
  const processes = new ProcessList(folder);
  processes.endLeftovers();
  const dataDir = join(folder, 'database');
  // A paused one would not answer to those who take it over.
  const left = await postgresProcesses(join(dataDir, 'postgres')).catch(() => []);
  if (left.length > 0) signalAll(left, 'SIGCONT');
  const postgres = await startEmbeddedPostgres({ dataDir, log: { info() {}, warn() {} } });
  stack.defer(() => postgres.stop());
  const database = createDatabase({
    url: postgres.url,
    poolMax: 4,
    constraints: {},
    connectTimeoutMs: PATIENT_MS,
    statementTimeoutMs: PATIENT_MS,
  });
  stack.defer(() => database.close());

  const onEnd: OnEnd = (end) => stack.defer(async () => void (await end()));
  const smtp = await startSmtpServer({}, onEnd);
  const receiver = await startEventReceiver(onEnd);
  const secrets = join(folder, 'server');
  const jwtSecret = await loadOrCreateSecret(secrets, 'jwt-secret', newSecret);
  const environment = {
    DATABASE_URL: postgres.url,
    DATA_DIR: secrets,
    JWT_SECRET: jwtSecret,
    DEMO_DATA: 'false',
    LOG_LEVEL: 'fatal',
    LOG_SEAL_SECONDS: '5',
    GUEST_CHECKOUT: 'true',
    ORDER_EXPIRY_MINUTES: String(EXPIRY_MINUTES),
    GUEST_ORDER_EXPIRY_MINUTES: String(EXPIRY_MINUTES),
    PENDING_ORDERS_MAX: '0',
    GUEST_PENDING_PER_ADDRESS_MAX: '0',
    HELD_UNITS_MAX: '0',
    CANCELLATIONS_PER_DAY_MAX: '0',
    STEP_UP_REFUND_MINOR: '0',
    PAYMENT_PROVIDER: 'sandbox',
    MAIL_DRIVER: 'smtp',
    MAIL_FROM: 'orders@shop.example',
    SMTP_URL: smtp.url,
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    // An attempt ended by a kill counts. Eight would normally make a dead letter; here a hundred are needed.
    QUEUE_ATTEMPTS_MAX: '100',
    WEBHOOK_ATTEMPTS_MAX: '100',
    RETRY_BASE_SECONDS: '0.5',
    // Most of a start is compiling the program. The cache is written when a process ends gracefully.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  await migrate(environment, postgres.ownerUrl);
  const onSpawn = (pid: number) => processes.add(pid);
  const start = async (role: string, count: number, more: Record<string, string>) => {
    const victims: Victims = {
      servers: [],
      environment: { ...environment, ...more, ROLE: role },
      databaseUrl: postgres.url,
      dataDirectory: postgres.dataDirectory,
      onSpawn,
      signal,
    };
    stack.defer(async () => {
      await Promise.all(victims.servers.map((server) => server.end('SIGKILL')));
    });
    for (let number = 1; number <= count; number += 1) {
      victims.servers.push(await startServerProcess({ ...victims, onSpawn }));
      // The first one leaves the compiled program for the others.
      if (number > 1 || role !== 'api') continue;
      await victims.servers.pop()!.end('SIGTERM');
      victims.servers.push(await startServerProcess({ ...victims, onSpawn }));
    }
    return victims;
  };
  const servers = await start('api', SERVERS, {});
  const workers = await start('worker', WORKERS, { SANDBOX_URL: servers.servers[0]!.url });

  const admin = await addUser(database, { role: 'admin' });
  const mint = createTokenIssuer(jwtSecret);
  const shop = { database, environment, servers, workers, smtp, receiver, admin, mint };
  await setUp(shop, state);
  return shop;
}

const newSecret = () => randomBytes(48).toString('base64url');

/** As the owner, so that a start needs no look at the schema. */
async function migrate(
  environment: Readonly<Record<string, string>>,
  ownerUrl: string,
): Promise<void> {
  const owning = { ...environment, DATABASE_MIGRATION_URL: ownerUrl };
  const { code, stdout, stderr } = await runCommand(['migrate'], { environment: owning });
  if (code !== 0) throw new Error(`holdfast migrate ended with ${code}: ${stdout}${stderr}`);
}

/** Opens the shop at all hours, and sends its webhooks to the receiver of this process. */
async function setUp({ servers, admin, mint, receiver }: LongShop, state: RunState): Promise<void> {
  const staff = createSession(servers.servers[0]!.url, {
    email: '',
    password: '',
    accessToken: mint(admin),
    userId: admin.id,
  });
  if (state.endpoint === null) {
    await openAtAllHours(staff);
    state.endpoint = await createEndpoint(staff, receiver.url);
  } else {
    const path = `/api/webhook-endpoints/${state.endpoint.id}`;
    const reply = await staff.patch(path, { url: receiver.url });
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`);
  }
  receiver.trust(state.endpoint.secret);
}

async function createEndpoint(staff: Session, url: string) {
  const reply = await staff.post('/api/webhook-endpoints', { url, eventTypes: ['*'] });
  if (reply.status !== 201) throw new Error(`no endpoint: ${reply.status} ${reply.text}`);
  const { id, secret } = reply.json<{ id: string; secret: string }>();
  return { id, secret };
}
