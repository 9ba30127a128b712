/** A mail of this process, among those of its order. */
export interface PendingMail {
  /** Resolves when a mail about an earlier event of the order has ended in any way; null if this process has none. */
  waitForEarlier(): Promise<void> | null;
  /** Marks the mail as ended. */
  end(): void;
}

export interface PendingMails {
  /** `signal` fires when the mail is given up; after that no other mail waits for it. */
  add(orderId: string, sequence: number, signal: AbortSignal): PendingMail;
}

interface PendingEntry {
  readonly sequence: number;
  readonly signal: AbortSignal;
  readonly ended: Promise<void>;
}

/**
 * Tracks the mails about orders that this process is sending. Two mails of one order often arrive together; the later
 * one then waits here briefly instead of being retried. The order across all workers is ensured by the job rows.
 */
export function createPendingMails(): PendingMails {
  const byOrder = new Map<string, PendingEntry[]>();
  return {
    add(orderId, sequence, signal) {
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const mine: PendingEntry = { sequence, signal, ended };
      const ofOrder = byOrder.get(orderId) ?? [];
      byOrder.set(orderId, ofOrder);
      ofOrder.push(mine);
      return {
        waitForEarlier: () =>
          ofOrder.find((one) => one.sequence < sequence && !one.signal.aborted)?.ended ?? null,
        end() {
          ofOrder.splice(ofOrder.indexOf(mine), 1);
          if (ofOrder.length === 0) byOrder.delete(orderId);
          resolve();
        },
      };
    },
  };
}
