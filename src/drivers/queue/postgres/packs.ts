import { derivedId, newId } from '../../../shared/ids.ts';
import type { Delivery, Message, Priority } from '../queue.ts';

/** The content of one pg-boss message: the jobs to do. */
export interface PackContent {
  readonly jobIds: readonly string[];
  /** The names of the jobs, for people. */
  readonly names: readonly string[];
  /** Increasing. */
  readonly sentAs: string;
}

export interface PackedMessage {
  /** The same for the same jobs and sendings, so that a repeat is the same message until it is acknowledged. */
  readonly id: string;
  readonly data: PackContent;
  readonly startAfter?: string;
}

/** A pg-boss row costs far more than an id in it. */
export const PACK_MAX = 50;
/** Jobs sent together are shared among at least this many workers before any has two of them in one message. */
const SHARES_MIN = 10;

/** Packs jobs that are sent together and due at the same time into few messages, in the order of sending. */
export function packMessages(messages: readonly Message[]): PackedMessage[] {
  const distinct = new Map(messages.map((one) => [`${one.jobId} ${one.sending}`, one]));
  return [...Map.groupBy(distinct.values(), ({ delayMs }) => delayMs)].flatMap(([delayMs, due]) =>
    sliceMessages(due).map((slice) => ({
      id: derivedId('message', ...slice.flatMap(({ jobId, sending }) => [jobId, String(sending)])),
      data: {
        jobIds: slice.map(({ jobId }) => jobId),
        names: [...new Set(slice.map(({ name }) => name))],
        sentAs: newId(),
      },
      ...(delayMs > 0 && { startAfter: `${delayMs} milliseconds` }),
    })),
  );
}

function sliceMessages(messages: readonly Message[]): (readonly Message[])[] {
  const size = Math.min(PACK_MAX, Math.ceil(messages.length / SHARES_MIN));
  return Array.from({ length: Math.ceil(messages.length / size) }, (_, index) =>
    messages.slice(index * size, (index + 1) * size),
  );
}

/** The identity of a pg-boss message: the retry count distinguishes this lease from a later one. */
export interface Handle {
  readonly id: string;
  readonly retryCount: number;
}

interface OpenPack {
  readonly handle: Handle;
  readonly priority: Priority;
  /** The number of unfinished deliveries. */
  left: number;
}

/** The message of each delivery, and how many deliveries of a message are unfinished. */
export interface OpenPacks {
  open(handle: Handle, priority: Priority, jobIds: readonly string[]): Delivery[];
  /** Returns the messages of these deliveries, by priority. */
  findHandles(deliveries: readonly Delivery[]): ReadonlyMap<Priority, Handle[]>;
  /** Marks deliveries as finished. Returns the messages, by priority, of which none is left. */
  close(deliveries: readonly Delivery[]): ReadonlyMap<Priority, Handle[]>;
}

export function createOpenPacks(): OpenPacks {
  const packOf = new WeakMap<Delivery, OpenPack>();

  function findPacks(deliveries: readonly Delivery[]): OpenPack[] {
    return deliveries.flatMap((delivery) => packOf.get(delivery) ?? []);
  }

  return {
    open(handle, priority, jobIds) {
      const opened = { handle, priority, left: jobIds.length };
      return jobIds.map((jobId) => {
        const delivery = { jobId, priority };
        packOf.set(delivery, opened);
        return delivery;
      });
    },
    findHandles: (deliveries) => groupHandlesByPriority(new Set(findPacks(deliveries))),
    close(deliveries) {
      const packs = findPacks(deliveries);
      for (const delivery of deliveries) packOf.delete(delivery);
      for (const one of packs) one.left -= 1;
      return groupHandlesByPriority(new Set(packs.filter(({ left }) => left === 0)));
    },
  };
}

function groupHandlesByPriority(packs: Iterable<OpenPack>): ReadonlyMap<Priority, Handle[]> {
  return new Map(
    [...Map.groupBy(packs, ({ priority }) => priority)].map(([priority, of]) => [
      priority,
      of.map(({ handle }) => handle),
    ]),
  );
}
