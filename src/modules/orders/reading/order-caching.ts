import type { Caches } from '../../../drivers/cache/cache.ts';
import { createConditionalCache } from '../../../drivers/cache/conditional-cache.ts';
import type { LiveLog } from '../../../events/index.ts';
import { pause } from '../../../shared/pause.ts';
import { measureText } from './cached-order.ts';
import type { OrderCaches, OrderReader } from './order-reader.ts';

/** The maximum age that the contract promises, even if a change was missed. */
const ORDER_TTL_MS = 30_000;
/** About 7,500 orders of one line: those that are read again within half a minute. */
const ORDERS_BYTES_MAX = 12 * 2 ** 20;
/** Without its text: measured 1.6 KB for one line, 9 KB for twenty. */
const ORDER_BYTES = 600;
/** Other servers do not announce changed names of customers. */
const CUSTOMER_TTL_MS = 1_000;
const CUSTOMERS_BYTES_MAX = 2 * 2 ** 20;
const CUSTOMER_BYTES = 400;
const LISTEN_AGAIN_MS = 1_000;

/** The caches of order details, and the listener that invalidates them. */
export interface OrderCaching {
  readonly caches: OrderCaches;
  /** Starts to listen to the changes of all servers. Nothing is cached before that. */
  start(orders: Pick<OrderReader, 'invalidateOrder'>): void;
  stop(): Promise<void>;
}

export function createOrderCaching(options: {
  /** Shared by all servers. */
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
        await liveLog.subscribe({}, (events) => {
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
      // The number is the version of the shape: during an upgrade, servers of two versions share one Redis.
      orders: createConditionalCache(
        caches.create('orders-3', {
          ttlMs: ORDER_TTL_MS,
          bytesMax: ORDERS_BYTES_MAX,
          estimateBytes: (order) => ORDER_BYTES + measureText(order),
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
