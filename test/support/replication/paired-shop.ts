import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type Database } from '../../../src/database/database.ts';
import type { Role } from '../../../src/shared/caller.ts';
import { runClient } from '../../torture/client.ts';
import { type Attempt, pickRandom } from '../../torture/history.ts';
import { verify } from '../../torture/verify.ts';
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
  /** Signs in a new user, whose row is written to `member`, at the first server. */
  signInAs(role: Role, member: Member): Promise<Session>;
  /** Starts clients that place and cancel orders. */
  startLoad(options: { readonly clients: number; readonly seed: number }): Promise<Load>;
  stop(): Promise<void>;
}

export interface Load {
  /** When orders were acknowledged, in milliseconds, monotonic and in order. */
  readonly acknowledgedAt: readonly number[];
  /** Resolves when that many more orders have been acknowledged. Returns the time of the first of them. */
  untilAcknowledged(count: number): Promise<number>;
  /** Stops the clients. Returns what they saw. */
  stop(): Promise<readonly Attempt[]>;
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
    await Promise.all(servers.map((server) => server.end('SIGKILL')));
  });
  for (let count = 0; count < serverCount; count += 1) {
    servers.push(await startServerProcess({ environment }));
  }
  const everything = built.move();
  const open = (member: Member) =>
    everything.adopt(
      createDatabase({ url: pair.directUrl(member), poolMax: 4, constraints: {} }),
      (database) => database.close(),
    );
  const mint = createTokenIssuer(secret);

  async function signInAs(role: Role, member: Member): Promise<Session> {
    const user = await addUser(open(member), { role });
    const identity = { email: '', password: '', accessToken: mint(user), userId: user.id };
    return createSession(servers[0]!.url, identity);
  }

  async function startLoad({ clients, seed }: { clients: number; seed: number }): Promise<Load> {
    const database = open(primary);
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
        return (await Promise.all(histories.map(({ history }) => history))).flat();
      },
    };
  }

  return { servers, environment, open, signInAs, startLoad, stop: () => everything.disposeAsync() };
}

/** Returns a sentence for everything that the database does not have as the clients saw it. */
export function findLosses(database: Database, history: readonly Attempt[]): Promise<string[]> {
  return verify(database, history);
}
