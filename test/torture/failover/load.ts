import { randomBytes } from 'node:crypto';
import type { Database } from '../../../src/database/database.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import type { PairedShop } from '../../support/replication/paired-shop.ts';
import { addProduct } from '../../support/shop.ts';
import { until } from '../../support/until.ts';
import { pickRandom } from '../history.ts';
import type { Call, Placing } from './history.ts';
import { listenTo } from './listener.ts';
import { runShopper } from './shopper.ts';

/** The clients of one round. */
export interface Load {
  readonly placings: readonly Placing[];
  readonly calls: readonly Call[];
  /** What the clients saw wrong at once, in sentences. */
  readonly violations: readonly string[];
  /** How many reads were answered by a former primary. */
  countStaleReads(): number;
  /** Resolves when that many more orders are acknowledged. */
  untilAcknowledged(count: number): Promise<void>;
  /** Returns when the first order was acknowledged that was sent later than that, as soon as there is one. */
  untilBack(sentAfter: number): Promise<number>;
  /** Returns when an order was answered with 503 that was sent later than that, as soon as there is one. */
  untilRefused(sentAfter: number): Promise<number>;
  /** Stops the clients once they have their answers. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly shop: PairedShop;
  /** A pool to the primary, past the servers. */
  readonly database: Database;
  readonly customers: readonly UserCaller[];
  readonly staff: UserCaller;
  readonly seed: number;
  /** Receives the ids of the events that the streams tell. */
  readonly told: Set<string>;
}

const PRODUCTS = 6;
/** Every other product sells out. */
const UNITS = [1_000_000, 8];
const ORDERS_PATH = '/api/orders';

/** Starts the clients of a round, with products of its own, and a listener to the stream of each server. */
export async function startLoad({
  shop,
  database,
  customers,
  staff,
  seed,
  told,
}: LoadOptions): Promise<Load> {
  const skus = await Promise.all(
    Array.from({ length: PRODUCTS }, async (_, index) => {
      const sku = `SKU-${randomBytes(6).toString('hex')}`;
      return (await addProduct(database, { sku, onHand: UNITS[index % 2]! })).sku;
    }),
  );
  const stopped = new AbortController();
  const placings: Placing[] = [];
  const calls: Call[] = [];
  const violations: string[] = [];
  let staleReads = 0;
  const urls = () => shop.servers.map(({ url }) => url);
  const running = customers.map((customer, index) =>
    runShopper(
      {
        accessToken: shop.issueToken(customer),
        skus,
        urls,
        random: pickRandom(seed + index + 1),
        signal: stopped.signal,
        onCall: (call) => calls.push(call),
        onStaleRead() {
          staleReads += 1;
        },
        onViolation: (sentence) => violations.push(sentence),
      },
      placings,
    ),
  );
  const listening = urls().map((url) =>
    listenTo(url, shop.issueToken(staff), told, stopped.signal),
  );

  function untilAnswered(status: number, sentAfter: number): Promise<number> {
    return until(async () => {
      const call = calls.find(
        (one) => one.path === ORDERS_PATH && one.status === status && one.invokedAt > sentAfter,
      );
      if (call === undefined) throw new Error(`no order was answered with ${status}`);
      return call.endedAt;
    });
  }

  return {
    placings,
    calls,
    violations,
    countStaleReads: () => staleReads,
    untilAcknowledged(count) {
      const isAcknowledged = ({ outcome }: Placing) => outcome === 'ok';
      const from = placings.filter(isAcknowledged).length;
      return until(async () => {
        if (placings.filter(isAcknowledged).length < from + count) {
          throw new Error('orders are not acknowledged');
        }
      });
    },
    untilBack: (sentAfter) => untilAnswered(201, sentAfter),
    untilRefused: (sentAfter) => untilAnswered(503, sentAfter),
    async stop() {
      stopped.abort();
      await Promise.all([...running, ...listening]);
    },
  };
}
