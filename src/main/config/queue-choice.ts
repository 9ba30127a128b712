export type QueueChoice =
  /** In the database. */
  | { readonly kind: 'postgres' }
  | { readonly kind: 'bullmq'; readonly redisUrl: string }
  | {
      readonly kind: 'sqs';
      readonly region: string;
      /** Null: AWS itself. */
      readonly endpointUrl: string | null;
      readonly queueUrl: string;
      /** Null: both priorities share one queue. */
      readonly priorityQueueUrl: string | null;
      /** Null: failed messages are in the database only. */
      readonly deadLetterQueueUrl: string | null;
    };

/** The variables for the queue. */
interface Given {
  readonly QUEUE_DRIVER?: QueueChoice['kind'];
  readonly REDIS_URL?: string;
  readonly SQS_QUEUE_URL?: string;
  readonly SQS_PRIORITY_QUEUE_URL?: string;
  readonly SQS_DEAD_LETTER_QUEUE_URL?: string;
  readonly AWS_REGION?: string;
  readonly AWS_ENDPOINT_URL?: string;
}

const sqsVariables = [
  'SQS_QUEUE_URL',
  'SQS_PRIORITY_QUEUE_URL',
  'SQS_DEAD_LETTER_QUEUE_URL',
] as const;

/** Chooses from values that have no `queueFaults`. */
export function chooseQueue(values: Given): QueueChoice {
  switch (values.QUEUE_DRIVER) {
    case 'bullmq':
      return { kind: 'bullmq', redisUrl: values.REDIS_URL ?? '' };
    case 'sqs':
      return {
        kind: 'sqs',
        region: values.AWS_REGION ?? '',
        endpointUrl: values.AWS_ENDPOINT_URL ?? null,
        queueUrl: values.SQS_QUEUE_URL ?? '',
        priorityQueueUrl: values.SQS_PRIORITY_QUEUE_URL ?? null,
        deadLetterQueueUrl: values.SQS_DEAD_LETTER_QUEUE_URL ?? null,
      };
    default:
      return { kind: 'postgres' };
  }
}

/** Returns a sentence for each missing variable, and for each that contradicts the driver. */
export function queueFaults(values: Given): string[] {
  const given = sqsVariables.filter((name) => values[name] !== undefined);
  if (values.QUEUE_DRIVER === 'sqs') return sqsFaults(values);
  const faults = given.map(
    (name) => `${name} is set, but jobs do not use SQS: set QUEUE_DRIVER=sqs, or remove ${name}.`,
  );
  if (values.QUEUE_DRIVER === 'bullmq' && values.REDIS_URL === undefined) {
    faults.push(
      'REDIS_URL is missing: QUEUE_DRIVER=bullmq requires a Redis, such as redis://host:6379.',
    );
  }
  return faults;
}

function sqsFaults(values: Given): string[] {
  const faults: string[] = [];
  if (values.SQS_QUEUE_URL === undefined) {
    faults.push('SQS_QUEUE_URL is missing: QUEUE_DRIVER=sqs requires the URL of a standard queue.');
  }
  if (values.AWS_REGION === undefined) {
    faults.push(
      'AWS_REGION is missing: QUEUE_DRIVER=sqs requires the region of SQS, such as eu-west-2.',
    );
  }
  const urls = sqsVariables.flatMap((name) => values[name] ?? []);
  if (new Set(urls).size < urls.length) {
    faults.push(
      'SQS_QUEUE_URL and the other SQS queue URLs are the same: use a separate queue for each.',
    );
  }
  for (const name of sqsVariables) {
    if (values[name]?.endsWith('.fifo') !== true) continue;
    faults.push(
      `${name} is a FIFO queue, which cannot delay single messages: use a standard queue.`,
    );
  }
  return faults;
}
