import { derivedId, newId } from '../../../shared/ids.ts';
import type { Delivery, Lane, Message } from '../queue.ts';

/** What one message of pg-boss says: which jobs are to be done. */
export interface Content {
  readonly jobIds: readonly string[];
  /** Of the jobs, for a person. */
  readonly names: readonly string[];
  /** Rises. */
  readonly sentAs: string;
}

export interface PackedMessage {
  /** The same for the same jobs and sendings, so that a repeat is the same message until it is acknowledged. */
  readonly id: string;
  readonly data: Content;
  readonly startAfter?: string;
}

/** A row of pg-boss costs far more than an id in it. */
export const PACK_MAX = 50;
/** So many workers have something of what is sent at once, before any has two jobs of it in one message. */
const SHARES_MIN = 10;

/** Puts what is sent at once and due at the same time into few messages, in the order of sending. */
export function pack(messages: readonly Message[]): PackedMessage[] {
  const distinct = new Map(messages.map((one) => [`${one.jobId} ${one.sending}`, one]));
  return [...Map.groupBy(distinct.values(), ({ delayMs }) => delayMs)].flatMap(([delayMs, due]) =>
    slices(due).map((slice) => ({
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

function slices(messages: readonly Message[]): (readonly Message[])[] {
  const size = Math.min(PACK_MAX, Math.ceil(messages.length / SHARES_MIN));
  return Array.from({ length: Math.ceil(messages.length / size) }, (_, index) =>
    messages.slice(index * size, (index + 1) * size),
  );
}

/** A message as pg-boss knows it: the retry tells this lease from a later one. */
export interface Handle {
  readonly id: string;
  readonly retryCount: number;
}

interface Opened {
  readonly handle: Handle;
  readonly lane: Lane;
  /** Deliveries that are not dealt with. */
  left: number;
}

/** Which message each delivery came in, and when the last of a message is dealt with. */
export interface OpenPacks {
  open(handle: Handle, lane: Lane, jobIds: readonly string[]): Delivery[];
  /** The messages of these deliveries, by lane. */
  heldBy(deliveries: readonly Delivery[]): ReadonlyMap<Lane, Handle[]>;
  /** Notes that these are dealt with; gives the messages, by lane, in which nothing is left. */
  close(deliveries: readonly Delivery[]): ReadonlyMap<Lane, Handle[]>;
}

export function createOpenPacks(): OpenPacks {
  const packOf = new WeakMap<Delivery, Opened>();

  function packsOf(deliveries: readonly Delivery[]): Opened[] {
    return deliveries.flatMap((delivery) => packOf.get(delivery) ?? []);
  }

  return {
    open(handle, lane, jobIds) {
      const opened = { handle, lane, left: jobIds.length };
      return jobIds.map((jobId) => {
        const delivery = { jobId, lane };
        packOf.set(delivery, opened);
        return delivery;
      });
    },
    heldBy: (deliveries) => handlesByLane(new Set(packsOf(deliveries))),
    close(deliveries) {
      const packs = packsOf(deliveries);
      for (const delivery of deliveries) packOf.delete(delivery);
      for (const one of packs) one.left -= 1;
      return handlesByLane(new Set(packs.filter(({ left }) => left === 0)));
    },
  };
}

function handlesByLane(packs: Iterable<Opened>): ReadonlyMap<Lane, Handle[]> {
  return new Map(
    [...Map.groupBy(packs, ({ lane }) => lane)].map(([lane, of]) => [
      lane,
      of.map(({ handle }) => handle),
    ]),
  );
}
