/** Whether people wait for work of theirs, so that work for which nobody waits goes slowly meanwhile. */
export interface Pressure {
  /** So many requests had come together when a batch of them was begun. */
  note(batchSize: number): void;
  isHigh(): boolean;
}

/** On average over the last batches. One server with less than this keeps up with a thousand orders a second easily. */
const HIGH_BATCH_SIZE = 12;
/** How much of the average the last batch is: some twenty of them make it, so that a hiccup is no crowd. */
const SHARE_OF_LAST = 0.1;
/** Without a batch for so long, the crowd has gone. */
const FORGOTTEN_AFTER_MS = 250;

/** `now`: a clock in milliseconds that only goes forward. */
export function createPressure(now: () => number = () => performance.now()): Pressure {
  let average = 0;
  let notedAt = Number.NEGATIVE_INFINITY;

  function isForgotten(): boolean {
    return now() - notedAt > FORGOTTEN_AFTER_MS;
  }

  return {
    note(batchSize) {
      if (isForgotten()) average = 0;
      average += (batchSize - average) * SHARE_OF_LAST;
      notedAt = now();
    },
    isHigh: () => average >= HIGH_BATCH_SIZE && !isForgotten(),
  };
}
