/** Waiting messages of high priority are fetched first, without starving the others: see `jobs/`. */
export type Priority = 'high' | 'normal';

export const priorities: readonly Priority[] = ['high', 'normal'];

/** One job's id on its way to a worker. What the job is and its state are in the table `jobs`. */
export interface Message {
  readonly jobId: string;
  /** For people who inspect the queue with its own tools. */
  readonly name: string;
  readonly priority: Priority;
  /**
   * 1…n: the number of this sending of the job. Drivers that can treat the same job and sending twice as one message.
   */
  readonly sending: number;
  /** 0: at once. A driver with a shorter maximum delivers earlier, and the runner sends it again. */
  readonly delayMs: number;
}

/**
 * A message leased to one worker. It is delivered again if its lease expires before it is acknowledged. A driver may
 * let messages that were sent together share a lease, which expires if none of them is extended.
 */
export interface Delivery {
  readonly jobId: string;
  readonly priority: Priority;
}

export interface ReceiveOptions {
  /** 1 to 100. A driver that packs several jobs into one message may return more. */
  readonly max: number;
  /** How long the messages are hidden from other workers. */
  readonly leaseMs: number;
  /** The longest wait for the first message. `receive` returns early with what has arrived. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * The port to the transport of jobs between processes: at least once, oldest first within a priority, nothing more. A
 * driver may lose everything (Redis flushed): the rescue sends again from the database.
 */
export interface QueueDriver {
  readonly kind: 'postgres' | 'bullmq' | 'sqs';
  /** Creates what these queues need. Rejects if the server is unavailable; may be called again. */
  start(queues: readonly string[]): Promise<void>;
  /**
   * Resolves when the driver has stored all messages. After a rejection they may or may not be stored; the caller may
   * send them again.
   */
  send(queue: string, messages: readonly Message[]): Promise<void>;
  /** Resolves with [] if no message arrived in time or the signal fired. */
  receive(queue: string, priority: Priority, options: ReceiveOptions): Promise<Delivery[]>;
  /** Hides deliveries in progress for another `leaseMs`. */
  extend(queue: string, deliveries: readonly Delivery[], leaseMs: number): Promise<void>;
  /** Removes finished messages, whatever the result. A delivery whose lease has expired is no error. */
  acknowledge(queue: string, deliveries: readonly Delivery[]): Promise<void>;
  /**
   * Moves a message to where the server's own tools show failed ones (failed jobs, a dead-letter queue). Also called for
   * jobs that came without a message, as far as the server can show these.
   */
  bury(queue: string, delivery: Delivery, error: string): Promise<void>;
  /** Rejects if the server cannot be reached. For `/health`. */
  ping(): Promise<void>;
  stop(): Promise<void>;
}
