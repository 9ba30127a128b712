import { pause } from '../../../shared/pause.ts';
import { beforeAbort } from '../before-abort.ts';
import type { Lane, ReceiveOptions } from '../queue.ts';
import { readEnvelope } from './envelope.ts';
import { createShelf, type Received, type Shelf } from './shelf.ts';
import { BATCH_SIZE_MAX, type SqsAddress } from './sqs-address.ts';

/** Source: Amazon SQS API Reference, ReceiveMessage, WaitTimeSeconds. */
const WAIT_SECONDS_MAX = 20;
/** Each brings ten messages at most, so a crowd is fetched by several. */
const POLLS_AT_ONCE_MAX = 4;
const RETRY_MS = 500;
const CLEARING_MS = 1_000;
/** While a shelf is full, the others are looked after this often only: most of what comes would be for the full one. */
const CROWDED_MS = 250;
/** How long what found no room is left to other processes. */
const OVERFLOW_HIDDEN_MS = 2_000;
/** What lay longer is hidden anew when it is taken, which also tells whether it is still ours. */
const FRESH_MS = 1_000;

export interface SourceOptions {
  readonly address: SqsAddress;
  readonly failed: (error: unknown) => void;
  readonly answered: () => void;
  /** Told of a message that is none of ours. It stays: a redrive policy or its retention ends it. */
  readonly onForeign: () => void;
}

interface Waiter extends Pick<ReceiveOptions, 'leaseMs'> {
  readonly shelf: Shelf;
  readonly endsAt: number;
  readonly wake: () => void;
}

/** Receives from one queue of SQS's, and sorts what comes by our queues and lanes. */
export interface Source {
  receive(
    queue: string,
    lane: Lane,
    options: ReceiveOptions,
    end: AbortSignal,
  ): Promise<Received[]>;
  /** Gives back what nobody has asked for. */
  close(): Promise<void>;
}

export function createSource({ address, failed, answered, onForeign }: SourceOptions): Source {
  const shelves = new Map<string, Shelf>();
  const waiters = new Set<Waiter>();
  const stopping = new AbortController();
  const polls = new Set<Promise<void>>();
  let roomMade = Promise.withResolvers<void>();
  const clearing = setInterval(
    () => void giveBack((shelf) => shelf.clear(performance.now())).catch(failed),
    CLEARING_MS,
  );
  clearing.unref();

  function shelfOf(queue: string, lane: Lane): Shelf {
    const key = `${lane} ${queue}`;
    const shelf = shelves.get(key) ?? createShelf();
    shelves.set(key, shelf);
    return shelf;
  }

  const isCrowded = () => [...shelves.values()].some((shelf) => shelf.isFull());

  /** Polls run while somebody waits: one while little comes, more in a crowd. */
  function poll(): void {
    if (polls.size >= POLLS_AT_ONCE_MAX || stopping.signal.aborted) return;
    const polling = pollWhileWanted().finally(() => {
      polls.delete(polling);
      // Who began to wait while the last one was ending.
      if (polls.size === 0 && waiters.size > 0) poll();
    });
    polls.add(polling);
  }

  async function pollWhileWanted(): Promise<void> {
    while (waiters.size > 0 && !stopping.signal.aborted) {
      try {
        const count = await pollOnce([...waiters]);
        answered();
        if (isCrowded()) {
          if (polls.size > 1) return;
          await Promise.race([pause(CROWDED_MS, { signal: stopping.signal }), roomMade.promise]);
          continue;
        }
        if (count === BATCH_SIZE_MAX) poll();
        else if (polls.size > 1) return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failed(error);
        await pause(RETRY_MS, { signal: stopping.signal });
      }
    }
  }

  async function pollOnce(wanting: readonly Waiter[]): Promise<number> {
    const leaseMs = Math.max(...wanting.map((waiter) => waiter.leaseMs));
    const waitMs = Math.max(...wanting.map((waiter) => waiter.endsAt)) - performance.now();
    const waitSeconds = Math.min(Math.max(Math.ceil(waitMs / 1_000), 0), WAIT_SECONDS_MAX);
    const messages = await address.receive(leaseMs, waitSeconds, stopping.signal);
    const receivedAt = performance.now();
    const filled = new Set<Shelf>();
    const overflow: string[] = [];
    for (const message of messages) {
      const envelope = readEnvelope(message);
      if (envelope === null) {
        onForeign();
        continue;
      }
      const receipt = message.ReceiptHandle!;
      const received = { ...envelope, receipt, receivedAt, hiddenUntil: receivedAt + leaseMs };
      const shelf = shelfOf(envelope.queue, envelope.lane);
      if (shelf.put(received)) filled.add(shelf);
      else overflow.push(receipt);
    }
    for (const waiter of waiters) {
      if (!filled.has(waiter.shelf)) continue;
      // At once, so that no further poll is begun for who waits no more.
      waiters.delete(waiter);
      waiter.wake();
    }
    if (overflow.length > 0) await address.hide(overflow, OVERFLOW_HIDDEN_MS);
    return messages.length;
  }

  function makeRoom(): void {
    roomMade.resolve();
    roomMade = Promise.withResolvers<void>();
  }

  async function giveBack(choose: (shelf: Shelf) => Received[]): Promise<void> {
    const receipts = [...shelves.values()].flatMap(choose).map(({ receipt }) => receipt);
    if (receipts.length > 0) await address.hide(receipts, 0);
  }

  /** What is taken is hidden for as long as it was asked for. */
  async function hidden(messages: Received[], leaseMs: number): Promise<Received[]> {
    const now = performance.now();
    const stale = messages.filter(
      ({ receivedAt, hiddenUntil }) =>
        now - receivedAt > FRESH_MS || hiddenUntil - receivedAt !== leaseMs,
    );
    if (stale.length === 0) return messages;
    const lost = await address.hide(
      stale.map(({ receipt }) => receipt),
      leaseMs,
    );
    return messages.filter(({ receipt }) => !lost.has(receipt));
  }

  return {
    async receive(queue, lane, { max, leaseMs, waitMs }, end) {
      const shelf = shelfOf(queue, lane);
      const endsAt = performance.now() + waitMs;
      for (;;) {
        shelf.asked(performance.now());
        const taken = shelf.take(max);
        if (taken.length > 0) makeRoom();
        const messages = await hidden(taken, leaseMs);
        if (messages.length > 0 || end.aborted) return messages;
        const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
        const waiter = { shelf, leaseMs, endsAt, wake };
        waiters.add(waiter);
        if (polls.size === 0) poll();
        await beforeAbort(end, woken);
        waiters.delete(waiter);
      }
    },
    async close() {
      stopping.abort();
      clearInterval(clearing);
      await Promise.all(polls);
      await giveBack((shelf) => shelf.take(Number.POSITIVE_INFINITY));
    },
  };
}
