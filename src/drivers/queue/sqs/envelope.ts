import type { Message as SqsMessage } from '@aws-sdk/client-sqs';
import { type Lane, lanes, type Message } from '../queue.ts';

/** What a message of ours says: one queue of SQS's carries all of ours, and both lanes where it is the only one. */
export interface Envelope {
  readonly queue: string;
  readonly lane: Lane;
  readonly jobId: string;
}

/** `name` and `sending` are for people who look at it. */
export function bodyOf(queue: string, { lane, jobId, name, sending }: Message): string {
  return JSON.stringify({ queue, lane, jobId, name, sending });
}

/** Null when the message is not one of ours. */
export function readEnvelope({ Body: body = '' }: SqsMessage): Envelope | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { queue, lane, jobId } = value as Record<string, unknown>;
  if (typeof queue !== 'string' || typeof jobId !== 'string') return null;
  const known = lanes.find((name) => name === lane);
  return known === undefined ? null : { queue, lane: known, jobId };
}
