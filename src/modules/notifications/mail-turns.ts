/** A mail that is at hand in this process, among those of its order. */
export interface MailTurn {
  /** Resolves when one about an earlier event of the order has ended, however; null when none is at hand. */
  earlier(): Promise<void> | null;
  /** The mail has ended. */
  leave(): void;
}

export interface MailTurns {
  /** `signal` fires when the mail is given up: from then on nobody waits for it any more. */
  enter(orderId: string, sequence: number, signal: AbortSignal): MailTurn;
}

interface AtHand {
  readonly sequence: number;
  readonly signal: AbortSignal;
  readonly ended: Promise<void>;
}

/**
 * The mails about orders that this process is sending. Two of one order often come together, and then the later one waits
 * here for a moment instead of coming again. That all workers keep the order, the rows of the jobs see to.
 */
export function createMailTurns(): MailTurns {
  const byOrder = new Map<string, AtHand[]>();
  return {
    enter(orderId, sequence, signal) {
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const mine: AtHand = { sequence, signal, ended };
      const ofOrder = byOrder.get(orderId) ?? [];
      byOrder.set(orderId, ofOrder);
      ofOrder.push(mine);
      return {
        earlier: () =>
          ofOrder.find((one) => one.sequence < sequence && !one.signal.aborted)?.ended ?? null,
        leave() {
          ofOrder.splice(ofOrder.indexOf(mine), 1);
          if (ofOrder.length === 0) byOrder.delete(orderId);
          resolve();
        },
      };
    },
  };
}
