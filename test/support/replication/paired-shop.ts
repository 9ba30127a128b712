import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type Database } from '../../../src/database/database.ts';
import type { Role, UserCaller } from '../../../src/shared/caller.ts';
import { runClient } from '../../torture/client.ts';
import { type Attempt, pickRandom } from '../../torture/history.ts';
import { verify } from '../../torture/verify.ts';
import { PATIENT_MS } from '../patience.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { createSession, type Session } from '../session.ts';
import { addProduct, addUser } from '../shop.ts';
import { createTokenIssuer } from '../tokens.ts';
import { until } from '../until.ts';
import type { Member, PostgresPair } from './pair.ts';

/** Servers of the product on a pair of PostgreSQL servers. */
export interface PairedShop {
  readonly servers: readonly ServerProcess[];
  readonly environment: Readonly<Record<string, string>>;
  /** Returns a pool to one server, past the proxies. */
  open(member: Member): Database;
  /** Returns an access token of a user, valid for a quarter of an hour. */
  issueToken(user: UserCaller): string;
  /** Kills a server and starts another in its place, with what the first one kept in its folder. */
  restartServer(index: number): Promise<void>;
  /** Signs in a new user, whose row is written to `member`, at the first server. */
  signInAs(role: Role, member: Member): Promise<Session>;
  /** Starts clients that place and cancel orders. What they see is remembered. */
  startLoad(options: LoadOptions): Promise<Load>;
  /** Returns a sentence for everything that a server does not have as the clients of all loads saw it. */
  findLosses(member: Member): Promise<string[]>;
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly clients: number;
  readonly seed: number;
  /** Where the products and customers are written to. Default: the primary at the start. */
  readonly primary?: Member;
}

export interface Load {
  /** When orders were acknowledged, in milliseconds, monotonic and in order. */
  readonly acknowledgedAt: readonly number[];
  /** Resolves when that many more orders have been acknowledged. Returns the time of the first of them. */
  untilAcknowledged(count: number): Promise<number>;
  /** Stops the clients. */
  stop(): Promise<void>;
}

export interface PairedShopOptions {
  readonly pair: PostgresPair;
  /** The member that is the primary at the start. */
  readonly primary: Member;
  readonly servers?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

const PRODUCTS = 6;
/** Every other product sells out. */
const UNITS = [1_000_000, 120];

export async function startPairedShop({
  pair,
  primary,
  servers: serverCount = 1,
  environment: extra = {},
}: PairedShopOptions): Promise<PairedShop> {
  await using built = new AsyncDisposableStack();
  const secret = randomBytes(48).toString('base64url');
  const environment = {
    DATABASE_URL: pair.url,
    DATABASE_MIGRATION_URL: pair.ownerUrl,
    DATA_DIR: await mkdtemp(join(tmpdir(), 'holdfast-paired-')),
    JWT_SECRET: secret,
    DEMO_DATA: 'false',
    LOG_LEVEL: 'info',
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
    CANCELLATIONS_PER_DAY_MAX: '0',
    RETRY_BASE_SECONDS: '0.05',
    ...extra,
  };
  const servers: ServerProcess[] = [];
  built.defer(async () => {
    try {
      for (const server of servers) server.requireRunning();
    } finally {
      await Promise.all(servers.map((server) => server.end('SIGKILL')));
    }
  });
  const starts = Array.from({ length: serverCount }, () => startServerProcess({ environment }));
  for (const started of await Promise.allSettled(starts)) {
    if (started.status === 'fulfilled') servers.push(started.value);
    else throw started.reason;
  }
  const everything = built.move();
  const open = (member: Member) =>
    everything.adopt(
      createDatabase({
        url: pair.directUrl(member),
        poolMax: 4,
        constraints: {},
        connectTimeoutMs: PATIENT_MS,
        statementTimeoutMs: PATIENT_MS,
      }),
      (database) => database.close(),
    );
  const mint = createTokenIssuer(secret);
  const seen: Attempt[] = [];

  async function signInAs(role: Role, member: Member): Promise<Session> {
    const user = await addUser(open(member), { role });
    const identity = { email: '', password: '', accessToken: mint(user), userId: user.id };
    return createSession(servers[0]!.url, identity);
  }

  async function startLoad({ clients, seed, primary: present }: LoadOptions): Promise<Load> {
    const database = open(present ?? primary);
    const skus: string[] = [];
    for (let count = 0; count < PRODUCTS; count += 1) {
      const sku = `SKU-${randomBytes(4).toString('hex')}`;
      skus.push((await addProduct(database, { sku, onHand: UNITS[count % 2]! })).sku);
    }
    const stopped = new AbortController();
    const acknowledgedAt: number[] = [];
    const histories = await Promise.all(
      Array.from({ length: clients }, async (_, index) => {
        const customer = await addUser(database, { vip: index % 8 === 0 });
        const history = runClient({
          customer,
          token: mint(customer),
          skus,
          urls: () => servers.map((server) => server.url),
          random: pickRandom(seed + index + 1),
          signal: stopped.signal,
          onAttempt({ outcome }) {
            if (outcome.kind === 'placed') acknowledgedAt.push(performance.now());
          },
        });
        return { history };
      }),
    );
    return {
      acknowledgedAt,
      async untilAcknowledged(count) {
        const from = acknowledgedAt.length;
        await until(async () => {
          if (acknowledgedAt.length < from + count) throw new Error('orders are not acknowledged');
        });
        return acknowledgedAt[from]!;
      },
      async stop() {
        stopped.abort();
        for (const { history } of histories) seen.push(...(await history));
      },
    };
  }

  async function restartServer(index: number): Promise<void> {
    const { url, end } = servers[index]!;
    await end('SIGKILL');
    servers[index] = await startServerProcess({ environment, port: Number(new URL(url).port) });
  }

  return {
    servers,
    environment,
    open,
    issueToken: mint,
    restartServer,
    signInAs,
    startLoad,
    findLosses: (member) => verify(open(member), seen),
    stop: () => everything.disposeAsync(),
  };
}
