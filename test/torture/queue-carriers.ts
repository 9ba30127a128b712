import type { OnEnd } from '../support/on-end.ts';
import { startRedis } from '../support/redis-server.ts';
import { startSqs } from '../support/sqs-server.ts';

type Environment = Readonly<Record<string, string>>;

/** Starts a queue backend for one run and returns the variables that select it. */
const carriers = {
  async postgres(): Promise<Environment> {
    return { QUEUE_DRIVER: 'postgres' };
  },

  async bullmq(onEnd: OnEnd): Promise<Environment> {
    const { url } = await startRedis(onEnd);
    return { QUEUE_DRIVER: 'bullmq', REDIS_URL: url };
  },

  async sqs(onEnd: OnEnd): Promise<Environment> {
    const { region, endpoint, createQueue } = await startSqs(onEnd);
    return {
      QUEUE_DRIVER: 'sqs',
      AWS_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
      SQS_QUEUE_URL: createQueue('jobs'),
      SQS_PRIORITY_QUEUE_URL: createQueue('urgent-jobs'),
      SQS_DEAD_LETTER_QUEUE_URL: createQueue('failed-jobs'),
    };
  },
};

export type DriverName = keyof typeof carriers;

export function isDriverName(name: string): name is DriverName {
  return Object.hasOwn(carriers, name);
}

export function startCarrier(driver: DriverName, onEnd: OnEnd): Promise<Environment> {
  return carriers[driver](onEnd);
}
