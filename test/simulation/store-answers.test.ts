import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database, Transaction } from '../../src/database/database.ts';
import type { Queryable } from '../../src/database/statement.ts';
import { canonicalJson } from '../../src/shared/canonical-json.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { chooseFromSeed } from './choices.ts';
import { findWork } from './final-checks.ts';
import { Process } from './process.ts';
import { statements } from './statements/index.ts';
import { type Row, Store, StoreError, type StoreTransaction } from './store/store.ts';
import { SimulatedBroker } from './world/broker.ts';
import { Clients } from './world/clients.ts';
import { actAtProvider } from './world/payers.ts';
import { SimulatedProvider } from './world/provider.ts';
import { SimulatedReceivers } from './world/receivers.ts';
import { createServer } from './world/server.ts';
import { openShop } from './world/shop.ts';
import { storeShop } from './world/store-shop.ts';
import type { Happening, Surroundings } from './world/world.ts';

const OPERATIONS = 100;
const SHOP = {
  expiryMinutes: 0.1,
  pendingMax: 3,
  heldUnitsMax: 12,
  cancellationsPerDayMax: 2,
  onHand: 12,
  usesMax: 3,
  isAutomatic: false,
  slotMinutes: 15,
  slotOrdersMax: 2,
};

const { database, owner } = await testDatabase();
/** PostgreSQL's time in milliseconds. */
let nowMs = 0;
const store = new Store(
  () => nowMs,
  () => {},
);
const differences: string[] = [];

/** Returns what two answers must agree on: not the moment, which is that of each. */
function comparable(expected: object, answered: object): [unknown, unknown] {
  const pick = (value: unknown): unknown => {
    if (value instanceof Date) return 'a time';
    if (Buffer.isBuffer(value)) return value.toString('hex');
    // PostgreSQL writes its JSON in an order of its own.
    return typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value;
  };
  const names = Object.keys(expected).filter((name) => !/Ms$|Seconds$/.test(name));
  const of = (row: Row) => Object.fromEntries(names.map((name) => [name, pick(row[name] ?? null)]));
  return [of(expected), of(answered)];
}

function compare(name: string, expected: readonly object[], answered: readonly object[]): void {
  const pairs = expected.map((row, index) => comparable(row, answered[index] ?? {}));
  const isSame = (some: unknown, others: unknown) => {
    try {
      assert.deepEqual(some, others);
      return true;
    } catch {
      return false;
    }
  };
  if (expected.length === answered.length && pairs.every(([one, other]) => isSame(one, other))) {
    return;
  }
  const sorted = (rows: readonly unknown[]) => rows.map(canonicalJson).sort();
  const [one, other] = [sorted(pairs.map(([row]) => row)), sorted(pairs.map(([, row]) => row))];
  if (expected.length === answered.length && isSame(one, other)) return;
  differences.push(`${name}: ${JSON.stringify(expected)} is answered ${JSON.stringify(answered)}`);
}

/** Rows of functions that are called for what they do. */
function isRead(row: object): boolean {
  return !('pg_advisory_xact_lock' in row || 'set_config' in row);
}

/** Runs each statement on PostgreSQL and on the store, and compares. */
function runOnBoth(real: Queryable, tx: () => StoreTransaction): Queryable['run'] {
  return async <Result>(name: string, text: string, parameters: readonly unknown[]) => {
    let answered: readonly object[] | Error;
    try {
      if (tx().hasFailed) throw new StoreError('25P02', 'the transaction has failed');
      answered = statements[name]!(tx(), ...parameters);
    } catch (error) {
      tx().hasFailed = true;
      answered = error as Error;
    }
    try {
      const rows = await real.run<Result>(name, text, parameters);
      if (answered instanceof Error) differences.push(`${name}: ${answered.stack}`);
      else compare(name, (rows as object[]).filter(isRead), answered);
      return rows;
    } catch (error) {
      const isRefused = answered instanceof StoreError;
      if (!isRefused) differences.push(`${name}: ${error} is answered ${JSON.stringify(answered)}`);
      throw error;
    }
  };
}

/** One transaction after the other, so that both see the same at each. */
let last: Promise<unknown> = Promise.resolve();

function openBoth(): Database {
  const transaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    const result = last.then(() => transactOnBoth(work));
    last = result.catch(() => {});
    return result;
  };
  return {
    ...database,
    transaction,
    run: (name, text, parameters) => transaction((tx) => tx.run(name, text, parameters)),
  };
}

async function transactOnBoth<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  let copy: StoreTransaction | null = null;
  try {
    const result = await database.transaction(async (real) => {
      copy?.rollback();
      const [time] = await real.run<{ nowMs: number }>(
        'test.now',
        'select (extract(epoch from now()) * 1000)::double precision as "nowMs"',
        [],
      );
      nowMs = time!.nowMs;
      copy = store.begin();
      const run = runOnBoth(real, () => copy!);
      return work({
        keyRing: real.keyRing,
        inTransaction: true,
        get isCommitted() {
          return real.isCommitted;
        },
        run,
        announce: real.announce,
        afterCommit: real.afterCommit,
        pipelineCommit: (statementsBefore) => statementsBefore,
      });
    });
    (copy as StoreTransaction | null)?.commit();
    return result;
  } catch (error) {
    (copy as StoreTransaction | null)?.rollback();
    throw error;
  }
}

test('the store answers every statement as PostgreSQL does', async () => {
  openShop(store, SHOP);
  await storeShop(owner, store);
  const seed = 1 + Math.floor(Math.random() * 1e9);
  const choices = chooseFromSeed(seed, OPERATIONS);
  const happenings: Happening[] = [];
  const world: Surroundings = {
    choices,
    store,
    get nowMs() {
      return Date.now();
    },
    say() {},
    fail: (message) => differences.push(message),
    add: (happening) => happenings.push(happening),
    call(_process, code, onEnd) {
      code().then(
        (result) => onEnd({ kind: 'answered', result }),
        (error: unknown) => onEnd({ kind: 'failed', error }),
      );
    },
  };
  const process = new Process('s1', Date.now, Math.random);
  const provider = new SimulatedProvider(world, (event) => {
    const body = Buffer.from(JSON.stringify(event));
    const cause = { requestId: null, traceId: null };
    world.add({
      label: 'an event of the provider',
      process: null,
      happen() {
        server.payments
          .receiveWebhook({ providerName: null, headers: {}, body, cause })
          .then(() => provider.unheard.delete(event));
        return undefined;
      },
    });
  });
  const outside = {
    provider,
    broker: new SimulatedBroker(world),
    receivers: new SimulatedReceivers(world),
  };
  const server = createServer(world, process, outside, SHOP, openBoth);
  const clients = new Clients(world, () => [server], true);
  const left = { store, clients, ...outside, stopping: 0, isCalm: true };
  const happen = setInterval(() => {
    for (const one of happenings.splice(0)) {
      if (one.isReady?.() === false) happenings.push(one);
      else one.happen();
    }
  }, 2);
  const untilSame = (isDone: () => boolean) =>
    until(async () => assert.ok(isDone() || differences.length > 0));
  server.start({ works: true });
  try {
    while (choices.begin() && differences.length === 0) {
      if (choices.below(3) === 1) actAtProvider(choices, provider);
      else clients.begin();
      await untilSame(() => clients.open === 0);
    }
    await untilSame(() => findWork(left) === null);
  } finally {
    await server.stop();
    clearInterval(happen);
  }
  assert.deepEqual(differences.slice(0, 3), [], `with seed ${seed}`);
  assert.equal(findWork(left), null);
});
