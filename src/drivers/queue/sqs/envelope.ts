import type { Message as SqsMessage } from '@aws-sdk/client-sqs';
import { type Message, type Priority, priorities } from '../queue.ts';

/**
 * The content of our SQS messages: one SQS queue carries all of our queues, and both priorities if it is the only one.
 */
export interface Envelope {
  readonly queue: string;
  readonly priority: Priority;
  readonly jobId: string;
}

/** Formats a message body. `name` and `sending` are for people who inspect it. */
export function formatBody(queue: string, { priority, jobId, name, sending }: Message): string {
  return JSON.stringify({ queue, lane: priority, jobId, name, sending });
}

/** Returns null if the message is not one of ours. */
export function parseEnvelope({ Body: body = '' }: SqsMessage): Envelope | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { queue, lane, jobId } = value as Record<string, unknown>;
  if (typeof queue !== 'string' || typeof jobId !== 'string') return null;
  const known = priorities.find((name) => name === lane);
  return known === undefined ? null : { queue, priority: known, jobId };
}
