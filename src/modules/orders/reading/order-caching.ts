import type { Caches } from '../../../drivers/cache/cache.ts';
import { createConditionalCache } from '../../../drivers/cache/conditional-cache.ts';
import type { LiveLog } from '../../../events/index.ts';
import { pause } from '../../../shared/pause.ts';
import { reviveOrder } from './cached-order.ts';
import type { OrderCaches, OrderReader } from './order-reader.ts';

/** What the contract promises, should nobody hear of a change. */
const ORDER_TTL_MS = 30_000;
/** Some 4,500 orders of one line: what is looked at again within the half minute. */
const ORDERS_BYTES_MAX = 12 * 2 ** 20;
/** With its view and its reply's text: 2.3 KB were measured for one line, 11 KB for twenty. */
const ORDER_BYTES = 1_900;
const LINE_BYTES = 470;
/** Another server does not tell when customers change their names. */
const CUSTOMER_TTL_MS = 1_000;
const CUSTOMERS_BYTES_MAX = 2 * 2 ** 20;
const CUSTOMER_BYTES = 400;
const LISTEN_AGAIN_MS = 1_000;

/** Caches of order details, and the listener that hears of what changes them. */
export interface OrderCaching {
  readonly caches: OrderCaches;
  /** Hears of the changes of all servers from now on. Until then nothing is cached. */
  start(orders: Pick<OrderReader, 'invalidateOrder'>): void;
  stop(): Promise<void>;
}

export function createOrderCaching(options: {
  /** Of all servers. */
  readonly caches: Caches;
  /** Of this process. */
  readonly localCaches: Caches;
  readonly liveLog: LiveLog;
  readonly onError: (error: unknown) => void;
}): OrderCaching {
  const { caches, localCaches, liveLog, onError } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let isListening = false;
  let listening: Promise<void> = Promise.resolve();

  async function listen(orders: Pick<OrderReader, 'invalidateOrder'>): Promise<void> {
    while (!isListening && !signal.aborted) {
      try {
        await liveLog.filter({}, (events) => {
          for (const { orderId, sequence } of events) {
            if (orderId !== null && sequence !== null) orders.invalidateOrder(orderId, sequence);
          }
        });
        isListening = true;
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await pause(LISTEN_AGAIN_MS, { signal });
      }
    }
  }

  return {
    caches: {
      // The number is that of the shape: servers of two versions share one Redis while one replaces the other.
      orders: createConditionalCache(
        caches.create('orders-1', {
          ttlMs: ORDER_TTL_MS,
          bytesMax: ORDERS_BYTES_MAX,
          estimateBytes: ({ value }) => ORDER_BYTES + value.items.length * LINE_BYTES,
          revive: reviveOrder,
        }),
        () => isListening,
      ),
      customers: localCaches.create('customers', {
        ttlMs: CUSTOMER_TTL_MS,
        bytesMax: CUSTOMERS_BYTES_MAX,
        estimateBytes: () => CUSTOMER_BYTES,
      }),
    },
    start(orders) {
      listening = listen(orders);
    },
    stop() {
      stopping.abort();
      isListening = false;
      return listening;
    },
  };
}
