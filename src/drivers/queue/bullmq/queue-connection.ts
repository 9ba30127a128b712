import { Redis, type RedisOptions } from 'ioredis';

const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MS_MAX = 2_000;

/**
 * The connection that BullMQ copies for each worker that waits. BullMQ loses track of an unavailable copy when its
 * worker is closed, and may even reconnect it. Here all copies are ended together, and none reconnects.
 */
export class QueueConnection extends Redis {
  readonly #copies: Redis[] = [];
  readonly #state: { isEnded: boolean };
  readonly #onError: (error: unknown) => void;

  constructor(url: string, onError: (error: unknown) => void) {
    const state = { isEnded: false };
    super(url, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      // The rescue sends later what cannot be sent now, rather than a buffer that a crash would lose.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => (state.isEnded ? null : Math.min(times * 100, RECONNECT_MS_MAX)),
    });
    this.#state = state;
    this.#onError = onError;
    this.on('error', onError);
  }

  override duplicate<Override extends Partial<RedisOptions> | undefined = undefined>(
    override?: Override,
  ) {
    const copy = super.duplicate(override);
    copy.on('error', this.#onError);
    this.#copies.push(copy);
    return copy;
  }

  endAll(): void {
    this.#state.isEnded = true;
    for (const copy of this.#copies) copy.disconnect();
    this.disconnect();
  }
}
