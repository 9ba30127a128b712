import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pause } from '../../src/shared/pause.ts';
import { startServerProcess } from '../support/server-process.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { createTokenIssuer } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { runClient } from './client.ts';
import { faults, type Victims } from './faults.ts';
import { type Attempt, pickRandom } from './history.ts';
import { say } from './say.ts';
import { startScratchDatabase } from './scratch-database.ts';
import { verify } from './verify.ts';

const SERVERS = 2;
const PRODUCTS = 12;
/** Every other product sells out. */
const UNITS = [1_000_000, 150];
const BETWEEN_FAULTS_MS = 1_500;

export interface ServersOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/**
 * Runs real servers on a real PostgreSQL under load, while they are killed, paused and disconnected in turn. Afterwards
 * compares what every client saw with the database. Returns whether everything is right.
 */
export async function tortureServers({
  seconds,
  seed,
  clients,
  signal,
}: ServersOptions): Promise<boolean> {
  const random = pickRandom(seed);
  say(`seed ${seed}: ${clients} clients, ${SERVERS} servers, ${seconds} s`);

  await using stack = new AsyncDisposableStack();
  const { folder, postgres, database } = await startScratchDatabase(stack);
  const secret = randomBytes(48).toString('base64url');
  const environment = {
    DATABASE_URL: postgres.url,
    DATABASE_MIGRATION_URL: postgres.ownerUrl,
    DATA_DIR: join(folder, 'server'),
    JWT_SECRET: secret,
    DEMO_DATA: 'false',
    LOG_LEVEL: 'silent',
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
    CANCELLATIONS_PER_DAY_MAX: '0',
  };
  const victims: Victims = {
    servers: [],
    environment,
    databaseUrl: postgres.url,
    dataDirectory: postgres.dataDirectory,
  };
  stack.defer(async () => {
    await Promise.all(victims.servers.map((server) => server.end('SIGKILL')));
  });
  for (let count = 0; count < SERVERS; count += 1) {
    victims.servers.push(await startServerProcess({ environment }));
  }

  const mint = createTokenIssuer(secret);
  const skus: string[] = [];
  for (let count = 0; count < PRODUCTS; count += 1) {
    skus.push((await addProduct(database, { onHand: UNITS[count % 2]! })).sku);
  }
  const stopped = new AbortController();
  const histories: Promise<Attempt[]>[] = [];
  for (let count = 0; count < clients; count += 1) {
    const customer = await addUser(database, { vip: count % 8 === 0 });
    histories.push(
      runClient({
        customer,
        token: mint(customer),
        skus,
        urls: () => victims.servers.map((server) => server.url),
        random: pickRandom(seed + count + 1),
        signal: stopped.signal,
      }),
    );
  }

  // Referenced here, because a signal without listeners may be collected with its timer before it fires.
  const timeIsUp = AbortSignal.timeout(seconds * 1_000);
  try {
    await inflict(victims, random, () => signal.aborted || timeIsUp.aborted);
  } finally {
    stopped.abort();
  }
  const history = (await Promise.all(histories)).flat();
  await until(() => database.run('torture.ping', 'select 1', []));
  const wrong = await verify(database, history);
  const count = (kind: string) => history.filter(({ outcome }) => outcome.kind === kind).length;
  say(`${count('placed')} placed, ${count('refused')} refused, ${count('unknown')} unknown`);
  for (const sentence of wrong) say(`WRONG: ${sentence}`);
  say(
    wrong.length === 0
      ? 'Nothing was lost, duplicated or oversold.'
      : `Repeat it with --seed ${seed}.`,
  );
  return wrong.length === 0;
}

async function inflict(
  victims: Victims,
  random: () => number,
  isDone: () => boolean,
): Promise<void> {
  const names = Object.keys(faults);
  while (!isDone()) {
    await pause(BETWEEN_FAULTS_MS);
    const name = names[Math.floor(random() * names.length)]!;
    say(`  ${name}`);
    await faults[name]!(victims, random);
    for (const server of victims.servers) server.requireRunning();
  }
}
