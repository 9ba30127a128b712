/** A mail that is at hand in this process, among those of its order. */
export interface PendingMail {
  /** Resolves when one about an earlier event of the order has ended, however; null when none is at hand. */
  waitForEarlier(): Promise<void> | null;
  /** The mail has ended. */
  end(): void;
}

export interface PendingMails {
  /** `signal` fires when the mail is given up: from then on nobody waits for it any more. */
  add(orderId: string, sequence: number, signal: AbortSignal): PendingMail;
}

interface PendingEntry {
  readonly sequence: number;
  readonly signal: AbortSignal;
  readonly ended: Promise<void>;
}

/**
 * The mails about orders that this process is sending. Two of one order often come together, and then the later one waits
 * here for a moment instead of coming again. That all workers keep the order, the rows of the jobs see to.
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
