/** Of two messages that wait, those of the high priority go first, without starving the others: see `jobs/`. */
export type Priority = 'high' | 'normal';

export const priorities: readonly Priority[] = ['high', 'normal'];

/** Brings one job's id to a worker. What the job is and how it stands is in the table `jobs`. */
export interface Message {
  readonly jobId: string;
  /** For a person who looks at the queue with its own tools. */
  readonly name: string;
  readonly priority: Priority;
  /** 1…n: which handing over of the job this is. The same job and sending twice is one message, where a driver can. */
  readonly sending: number;
  /** 0: at once. A driver that cannot wait so long brings it earlier, and the runner sends it again. */
  readonly delayMs: number;
}

/**
 * A message in the hands of one worker. It comes again when its lease ends before it was acknowledged. A driver may let
 * what was sent together share a lease: then it ends when none of them is extended.
 */
export interface Delivery {
  readonly jobId: string;
  readonly priority: Priority;
}

export interface ReceiveOptions {
  /** 1 to 100. A driver that brings several jobs in one message may give more. */
  readonly max: number;
  /** How long the messages are hidden from other workers. */
  readonly leaseMs: number;
  /** How long to wait for the first one, at most; returns early with what there is. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * The port to what carries jobs between processes: at least once, oldest first within a priority, nothing more. A driver
 * may lose everything (Redis flushed): the rescue sends again from the database.
 */
export interface QueueDriver {
  readonly kind: 'postgres' | 'bullmq' | 'sqs';
  /** Makes what it needs for these queues. Rejects when its server is away; may be called again. */
  start(queues: readonly string[]): Promise<void>;
  /** Resolves when all are safe with the driver. Rejects when that is not known; the caller may send them again. */
  send(queue: string, messages: readonly Message[]): Promise<void>;
  /** Resolves with [] when nothing came in time or the signal fired. */
  receive(queue: string, priority: Priority, options: ReceiveOptions): Promise<Delivery[]>;
  /** Hides deliveries that are still worked on for another `leaseMs`. */
  extend(queue: string, deliveries: readonly Delivery[], leaseMs: number): Promise<void>;
  /** Removes messages that are dealt with, whatever came of them. A delivery whose lease has ended is no error. */
  acknowledge(queue: string, deliveries: readonly Delivery[]): Promise<void>;
  /** Puts a message where its own tools look for failed ones (failed jobs, a dead-letter queue). */
  bury(queue: string, delivery: Delivery, error: string): Promise<void>;
  /** Rejects when its server cannot be reached. For `/health`. */
  ping(): Promise<void>;
  stop(): Promise<void>;
}
