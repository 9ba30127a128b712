import type { RunningJob } from '../../jobs/index.ts';

/** A mail of this process, among those of its order. */
export interface PendingMail {
  /** Resolves when a mail about an earlier event of the order has ended in any way; null if this process has none. */
  waitForEarlier(): Promise<void> | null;
  /** Marks the mail as ended. */
  end(): void;
}

export interface PendingMails {
  /** When the signal of `job` fires, the mail is given up: after that no other mail waits for it. */
  add(orderId: string, sequence: number, job: Pick<RunningJob, 'signal'>): PendingMail;
}

/**
 * Tracks the mails about orders that this process is sending. Two mails of one order often arrive together; the later
 * one then waits here briefly instead of being retried. The order across all workers is ensured by the job rows.
 */
export function createPendingMails(): PendingMails {
  const byOrder = new Map<string, PendingEntry[]>();
  return {
    add(orderId, sequence, job) {
      const mine = new PendingEntry(byOrder, orderId, sequence, job);
      const ofOrder = byOrder.get(orderId);
      if (ofOrder === undefined) byOrder.set(orderId, [mine]);
      else ofOrder.push(mine);
      return mine;
    },
  };
}

class PendingEntry implements PendingMail {
  readonly #byOrder: Map<string, PendingEntry[]>;
  readonly #orderId: string;
  readonly #sequence: number;
  readonly #job: Pick<RunningJob, 'signal'>;
  /** Created when another mail waits for this one, which is rare. */
  #ended: PromiseWithResolvers<void> | null = null;

  constructor(
    byOrder: Map<string, PendingEntry[]>,
    orderId: string,
    sequence: number,
    job: Pick<RunningJob, 'signal'>,
  ) {
    this.#byOrder = byOrder;
    this.#orderId = orderId;
    this.#sequence = sequence;
    this.#job = job;
  }

  waitForEarlier(): Promise<void> | null {
    const earlier = this.#byOrder
      .get(this.#orderId)
      ?.find((one) => one.#sequence < this.#sequence && !one.#job.signal.aborted);
    if (earlier === undefined) return null;
    earlier.#ended ??= Promise.withResolvers();
    return earlier.#ended.promise;
  }

  end(): void {
    const ofOrder = this.#byOrder.get(this.#orderId)!;
    ofOrder.splice(ofOrder.indexOf(this), 1);
    if (ofOrder.length === 0) this.#byOrder.delete(this.#orderId);
    this.#ended?.resolve();
  }
}
