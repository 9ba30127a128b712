import { Redis, type RedisOptions } from 'ioredis';

const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MS_MAX = 2_000;

/**
 * The connection that BullMQ copies for each worker that waits. It loses sight of a copy that is away when its worker
 * is closed, and may even connect it anew: here all are ended together, and none comes back.
 */
export class QueueConnection extends Redis {
  readonly #copies: Redis[] = [];
  readonly #state: { isEnded: boolean };
  readonly #onError: (error: unknown) => void;

  constructor(url: string, onError: (error: unknown) => void) {
    const state = { isEnded: false };
    super(url, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      // What cannot be sent now is sent later by the rescue, not from a buffer that a crash would lose.
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
