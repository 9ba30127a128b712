import type { Queue } from 'bullmq';
import type { PrimaryWatch } from '../../database/failover/index.ts';
import { createPostgresQueue } from '../../drivers/queue/postgres/postgres-queue.ts';
import type { QueueDriver } from '../../drivers/queue/queue.ts';
import type { Log } from '../../shared/log.ts';
import type { QueueChoice } from '../config/queue-choice.ts';

export interface QueueRuntime {
  readonly databaseUrl: string;
  /** Required if the URL names several hosts. */
  readonly primary: PrimaryWatch | null;
  readonly log: Log;
  readonly onError: (error: unknown) => void;
}

/** The queue driver and its boards. */
export interface JobQueue {
  readonly driver: QueueDriver;
  /** BullMQ's own queues, for Bull Board; null with another driver. */
  readonly boards: (() => Queue[]) | null;
}

/**
 * Creates the chosen queue driver. The libraries of other drivers are not loaded: together they would double the start
 * time.
 */
export async function createJobQueue(
  choice: QueueChoice,
  { databaseUrl, primary, log, onError }: QueueRuntime,
): Promise<JobQueue> {
  switch (choice.kind) {
    case 'postgres':
      return { driver: createPostgresQueue({ url: databaseUrl, primary, onError }), boards: null };
    case 'bullmq': {
      const { createBullmqQueue } = await import('../../drivers/queue/bullmq/bullmq-queue.ts');
      const driver = createBullmqQueue({ url: choice.redisUrl, log });
      return { driver, boards: driver.boards };
    }
    case 'sqs': {
      const { createSqsQueue } = await import('../../drivers/queue/sqs/sqs-queue.ts');
      const { endpointUrl: endpoint, ...queues } = choice;
      return { driver: createSqsQueue({ ...queues, endpoint, log }), boards: null };
    }
  }
}
