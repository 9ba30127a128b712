export type QueueChoice =
  /** Beside the data. */
  | { readonly kind: 'postgres' }
  | { readonly kind: 'bullmq'; readonly redisUrl: string }
  | {
      readonly kind: 'sqs';
      readonly region: string;
      /** Null: AWS itself. */
      readonly endpointUrl: string | null;
      readonly queueUrl: string;
      /** Null: both lanes share one queue. */
      readonly priorityQueueUrl: string | null;
      /** Null: what failed is found in the database only. */
      readonly deadLetterQueueUrl: string | null;
    };

/** The variables that the queue reads. */
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

/** Of values without `queueFaults`. */
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

/** A sentence for each thing that is missing, or says another thing than the driver. */
export function queueFaults(values: Given): string[] {
  const given = sqsVariables.filter((name) => values[name] !== undefined);
  if (values.QUEUE_DRIVER === 'sqs') return sqsFaults(values);
  const faults = given.map(
    (name) =>
      `${name} is set, but jobs do not go through SQS: set QUEUE_DRIVER=sqs, or leave it out.`,
  );
  if (values.QUEUE_DRIVER === 'bullmq' && values.REDIS_URL === undefined) {
    faults.push(
      'REDIS_URL is missing: QUEUE_DRIVER=bullmq takes a Redis, such as redis://host:6379.',
    );
  }
  return faults;
}

function sqsFaults(values: Given): string[] {
  const faults: string[] = [];
  if (values.SQS_QUEUE_URL === undefined) {
    faults.push('SQS_QUEUE_URL is missing: QUEUE_DRIVER=sqs takes the URL of a standard queue.');
  }
  if (values.AWS_REGION === undefined) {
    faults.push(
      'AWS_REGION is missing: QUEUE_DRIVER=sqs takes the region of SQS, such as eu-west-2.',
    );
  }
  const urls = sqsVariables.flatMap((name) => values[name] ?? []);
  if (new Set(urls).size < urls.length) {
    faults.push('The queues of SQS_QUEUE_URL and its companions are the same: give each its own.');
  }
  for (const name of sqsVariables) {
    if (values[name]?.endsWith('.fifo') !== true) continue;
    faults.push(
      `${name} is a FIFO queue, in which single messages cannot be delayed: take a standard one.`,
    );
  }
  return faults;
}
